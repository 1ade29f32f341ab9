/** Authorization code with PKCE (RFC 7636) against the configured OpenID Connect issuer. */

import type { ConsoleConfig } from "../../session";

type Issuer = NonNullable<ConsoleConfig["oidc"]>;

interface Discovery {
  authorization_endpoint: string;
  token_endpoint: string;
}

const KEPT = "wakeline.sign-in";

/** Leave for the issuer. It comes back to `/signed-in`. */
export async function beginSignIn(issuer: Issuer): Promise<void> {
  const verifier = random();
  const state = random();
  sessionStorage.setItem(KEPT, JSON.stringify({ verifier, state, back: location.pathname + location.search }));
  const { authorization_endpoint } = await discover(issuer);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: issuer.client_id,
    redirect_uri: returnAddress(),
    scope: issuer.scope ?? "openid profile email",
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    ...(issuer.audience ? { audience: issuer.audience } : {}),
  });
  location.assign(`${authorization_endpoint}?${asked}`);
}

/** Take the code that the issuer sent one back with; the token, and the page one came from. */
export async function endSignIn(issuer: Issuer, query: URLSearchParams): Promise<{ token: string; back: string }> {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as {
    verifier: string;
    state: string;
    back: string;
  } | null;
  sessionStorage.removeItem(KEPT);
  if (!kept || kept.state !== query.get("state")) throw new Error("This sign-in was not begun in this tab.");
  const code = query.get("code");
  if (!code) throw new Error(query.get("error_description") ?? query.get("error") ?? "The issuer sent no code.");
  const { token_endpoint } = await discover(issuer);
  const answer = await fetch(token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: returnAddress(),
      client_id: issuer.client_id,
      code_verifier: kept.verifier,
    }),
  });
  if (!answer.ok) throw new Error(`The issuer refused the code (${answer.status}).`);
  const said = (await answer.json()) as { access_token?: string; id_token?: string };
  const token = issuer.audience ? said.access_token : (said.id_token ?? said.access_token);
  if (!token) throw new Error("The issuer sent no token.");
  return { token, back: kept.back.startsWith("/") && !kept.back.startsWith("//") ? kept.back : "/" };
}

async function discover(issuer: Issuer): Promise<Discovery> {
  const answer = await fetch(`${issuer.authority.replace(/\/$/, "")}/.well-known/openid-configuration`).catch(() => null);
  if (!answer?.ok) throw new Error("The issuer cannot be reached.");
  return (await answer.json()) as Discovery;
}

function returnAddress(): string {
  return `${location.origin}/signed-in`;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
