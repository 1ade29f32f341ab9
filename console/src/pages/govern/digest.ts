/** RFC 6962 proofs and the digests' signatures, checked here and not by whom they are about (docs/evidence.md). */

import { base64, type Bytes, bytesOf, canonical, joined, sha256, spelled, utf8 } from "../../api/hashing";

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
  if (spelled(hash) !== proof.leaf_hash) return false;
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
  return last === 0 && spelled(hash) === proof.digest.root;
}

/** Whether the digest's hash and signature fit what it says. */
export async function signed(digest: Digest, publicKey: string): Promise<boolean> {
  const { hash, signature, ...statement } = digest;
  const text = utf8(canonical(statement));
  if (spelled(await sha256(joined([4], text))) !== hash) return false;
  const key = await crypto.subtle.importKey("spki", base64(publicKey.replace(/-----[^-]+-----|\s/g, "")), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, plain(base64(signature)), text);
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
