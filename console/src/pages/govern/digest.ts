/** RFC 6962 proofs and the digests' signatures, checked with the browser's own cryptography (docs/evidence.md). */

export interface Digest {
  id: string;
  sequence: number;
  from: string;
  to: string;
  sealed_at: string;
  tree_size: number;
  root: string;
  hash: string;
  signature: string;
  [more: string]: unknown;
}

export interface Proof {
  trace_id: string;
  digest_id: string;
  leaf: Record<string, unknown>;
  leaf_hash: string;
  leaf_index: number;
  tree_size: number;
  path: string[];
  digest: Digest;
  public_key: string;
  covers_events: number;
  event_count: number;
}

/** Whether the leaf's content leads over the path to the digest's root. */
export async function leadsTo(proof: Proof): Promise<boolean> {
  let hash = await sha256(joined([0], utf8(canonical(proof.leaf))));
  if (said(hash) !== proof.leaf_hash) return false;
  let at = proof.leaf_index;
  let last = proof.tree_size - 1;
  for (const each of proof.path) {
    if (last === 0) return false;
    const sibling = bytesOf(each);
    if (at % 2 === 1 || at === last) {
      hash = await sha256(joined([1], sibling, hash));
      while (at % 2 === 0 && at > 0) {
        at >>>= 1;
        last >>>= 1;
      }
    } else {
      hash = await sha256(joined([1], hash, sibling));
    }
    at >>>= 1;
    last >>>= 1;
  }
  return last === 0 && said(hash) === proof.digest.root;
}

/** Whether the digest's hash and signature fit what it says. */
export async function signed(digest: Digest, publicKey: string): Promise<boolean> {
  const { hash, signature, ...statement } = digest;
  const text = utf8(canonical(statement));
  if (said(await sha256(joined([4], text))) !== hash) return false;
  const key = await crypto.subtle.importKey("spki", base64(publicKey.replace(/-----[^-]+-----|\s/g, "")), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, plain(base64(signature)), text);
}

/** RFC 8785, for what digests hold: objects, strings, whole numbers, booleans and null. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** An ECDSA signature as DER has it, as the browser wants it: r and s, 32 bytes each. */
export function plain(der: Bytes): Bytes {
  const found = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const number = der.slice(at + 2, at + 2 + length).slice(-32);
    found.set(number, end - number.length);
    at += 2 + length;
  }
  return found;
}

type Bytes = Uint8Array<ArrayBuffer>;

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function joined(prefix: number[], ...parts: Bytes[]): Bytes {
  const found = new Uint8Array(prefix.length + parts.reduce((sum, part) => sum + part.length, 0));
  found.set(prefix);
  let at = prefix.length;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

function base64(text: string): Bytes {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function said(hash: Bytes): string {
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function bytesOf(hash: string): Bytes {
  return Uint8Array.from(hash.replace("sha256:", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
