/** The repository's vectors for whoever writes a verifier: a real export, with its proofs as the API answers them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Digest, Proof } from "../src/pages/govern/digest";

interface Integrity {
  proofs: Omit<Proof, "digest" | "public_key" | "covers_events" | "event_count">[];
  digests: Digest[];
  public_key: string;
}

const { integrity } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "tests", "vectors", "export.json"), "utf8")) as { integrity: Integrity };

export const DIGESTS = integrity.digests;
export const PUBLIC_KEY = integrity.public_key;
export const PROOFS = integrity.proofs.map((proof): Proof => {
  const digest = DIGESTS.find(({ id }) => id === proof.digest_id);
  if (!digest) throw new Error(`no digest ${proof.digest_id}`);
  const count = Number(proof.leaf.event_count);
  return { ...proof, digest, public_key: PUBLIC_KEY, covers_events: count, event_count: count };
});
