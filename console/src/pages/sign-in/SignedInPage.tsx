/** Where the issuer sends one back to. */

import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useSession } from "../../session";
import { Failure, Loading } from "../../ui/states";
import { endSignIn } from "./oidc";

export default function SignedInPage() {
  const { config, signIn } = useSession();
  const [, go] = useLocation();
  const [error, setError] = useState<unknown>(null);
  const begun = useRef(false);

  useEffect(() => {
    // A code is good for one exchange, and React runs effects twice while developing.
    if (!config?.oidc || begun.current) return;
    begun.current = true;
    endSignIn(config.oidc, new URLSearchParams(location.search))
      .then(({ token, back }) => {
        signIn(token);
        go(back, { replace: true });
      })
      .catch(setError);
  }, [config, go, signIn]);

  return (
    <main className="sign-in stack">
      <h1>{error ? "Not signed in" : "Signing in"}</h1>
      {error ? <Failure error={error} retry={() => go("/")} /> : <Loading what="Asking the issuer" />}
    </main>
  );
}
