/** Sign in: by the configured issuer; on the local stack by choosing one of its credentials; always by an API key. */

import { type FormEvent, useState } from "react";
import { useSession } from "../../session";
import { Failure } from "../../ui/states";
import { beginSignIn } from "./oidc";

export function SignInPage() {
  const { config, expired, signIn } = useSession();
  const [key, setKey] = useState("");
  const [error, setError] = useState<unknown>(null);

  function useKey(event: FormEvent) {
    event.preventDefault();
    if (key.trim()) signIn(key.trim());
  }

  return (
    <main className="sign-in stack">
      <span className="brand">
        <img src="/icon.svg" width="26" height="26" alt="" /> Wakeline
      </span>
      <h1>Sign in</h1>
      {expired && (
        <p className="error" role="alert">
          Your credential is not valid any more.
        </p>
      )}
      {error !== null && <Failure error={error} />}
      {config?.oidc && (
        <button type="button" className="primary" onClick={() => config.oidc && beginSignIn(config.oidc).catch(setError)}>
          Sign in
        </button>
      )}
      {config?.local && (
        <section className="card" aria-labelledby="local">
          <h2 id="local">On this machine</h2>
          <p className="soft">These credentials exist only in the local stack.</p>
          <ul className="choices">
            {config.local.map((each) => (
              <li key={each.name}>
                <button type="button" onClick={() => signIn(each.credential)}>
                  {each.name}
                </button>
                <span className="soft">{each.about}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <form className="card" onSubmit={useKey}>
        <h2>With an API key</h2>
        <label>
          API key
          <input type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
        </label>
        <span>
          <button type="submit">Use this key</button>
        </span>
        <p className="soft">It stays in this tab and goes to this server only.</p>
      </form>
    </main>
  );
}
