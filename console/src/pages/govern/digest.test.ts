import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonical } from "../../api/hashing";
import { type Digest, leadsTo, type Proof, signed } from "./digest";

// The repository's vectors for whoever writes a verifier: a real export with its proofs and digests.
const VECTORS = join(import.meta.dirname, "..", "..", "..", "..", "tests", "vectors");
const { integrity } = JSON.parse(readFileSync(join(VECTORS, "export.json"), "utf8")) as {
  integrity: { proofs: Omit<Proof, "digest" | "public_key">[]; digests: Digest[]; public_key: string };
};
const proofs = integrity.proofs.map((proof): Proof => {
  const digest = integrity.digests.find(({ id }) => id === proof.digest_id);
  if (!digest) throw new Error(`no digest ${proof.digest_id}`);
  return { ...proof, digest, public_key: integrity.public_key };
});

describe("a proof", () => {
  it("leads from the leaf to the root", async () => {
    expect(proofs.length).toBeGreaterThan(0);
    for (const proof of proofs) expect(await leadsTo(proof)).toBe(true);
  });

  it("does not, when leaf, path, place or root is another", async () => {
    for (const proof of proofs) {
      const other = `sha256:${"0".repeat(64)}`;
      expect(await leadsTo({ ...proof, leaf: { ...proof.leaf, event_count: 0 } })).toBe(false);
      expect(await leadsTo({ ...proof, path: [...proof.path, other] })).toBe(false);
      expect(await leadsTo({ ...proof, digest: { ...proof.digest, root: other } })).toBe(false);
    }
  });
});

describe("a digest", () => {
  it("is signed", async () => {
    for (const digest of integrity.digests) expect(await signed(digest, integrity.public_key)).toBe(true);
  });

  it("is not, when it says something else", async () => {
    for (const digest of integrity.digests) expect(await signed({ ...digest, tree_size: digest.tree_size + 1 }, integrity.public_key)).toBe(false);
  });
});

it("canonical JSON orders members by UTF-16", () => {
  expect(canonical({ b: 1, a: [true, null, "é"], "\u{10000}": 0, "\uffff": 0 })).toBe('{"a":[true,null,"é"],"b":1,"\u{10000}":0,"\uffff":0}');
});
