/** An OpenID Connect issuer on loopback: authorization code with PKCE, for a public client, and nothing else. */

import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const CLIENT = "console";

export interface Issuer {
  url: string;
  /** Who signs in next, and how long the token is good for, in seconds. */
  person: { sub: string; role: string };
  seconds: number;
  /** What is answered instead of a code, if anything. */
  refusal: string | null;
  /** What was asked at the authorization endpoint. */
  asked: URLSearchParams[];
  stop(): Promise<void>;
}

interface Grant {
  challenge: string;
  redirect: string;
}

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" };
  const grants = new Map<string, Grant>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person: { sub: "ann", role: "reviewer" },
    seconds: 3600,
    refusal: null,
    asked: [],
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return issuer;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer.url);
    if (pathname === "/.well-known/openid-configuration") {
      return json(response, 200, { issuer: issuer.url, authorization_endpoint: `${issuer.url}/authorize`, token_endpoint: `${issuer.url}/token`, jwks_uri: `${issuer.url}/keys` });
    }
    if (pathname === "/keys") return json(response, 200, { keys: [key] });
    if (pathname === "/authorize") return authorize(response, searchParams);
    if (pathname === "/token") return token(response, new URLSearchParams(await bodyOf(request)));
    return json(response, 404, {});
  }

  function authorize(response: ServerResponse, asked: URLSearchParams): void {
    issuer.asked.push(asked);
    const redirect = asked.get("redirect_uri") ?? "";
    const back = new URL(redirect);
    back.searchParams.set("state", asked.get("state") ?? "");
    if (issuer.refusal) {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", issuer.refusal);
    } else {
      const code = randomBytes(16).toString("hex");
      grants.set(code, { challenge: asked.get("code_challenge") ?? "", redirect });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { Location: back.toString() }).end();
  }

  function token(response: ServerResponse, asked: URLSearchParams): void {
    const grant = grants.get(asked.get("code") ?? "");
    grants.delete(asked.get("code") ?? "");
    const challenge = createHash("sha256").update(asked.get("code_verifier") ?? "").digest("base64url");
    if (!grant || grant.challenge !== challenge || grant.redirect !== asked.get("redirect_uri") || asked.get("client_id") !== CLIENT) {
      return json(response, 400, { error: "invalid_grant" });
    }
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer.url, aud: CLIENT, workspace_id: "ws_local", iat: now, exp: now + issuer.seconds, ...issuer.person };
    const text = [{ alg: "RS256", kid: "k1", typ: "JWT" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    const signature = createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url");
    return json(response, 200, { token_type: "Bearer", id_token: `${text}.${signature}`, access_token: "opaque" });
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
