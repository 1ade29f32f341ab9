import { describe, expect, it } from "vitest";
import { DIGESTS, PROOFS, PUBLIC_KEY } from "../../../e2e/vectors";
import { canonical } from "../../api/hashing";
import { leadsTo, signed } from "./digest";

describe("a proof", () => {
  it("leads from the leaf to the root", async () => {
    expect(PROOFS.length).toBeGreaterThan(0);
    for (const proof of PROOFS) expect(await leadsTo(proof)).toBe(true);
  });

  it("does not, when leaf, path, place or root is another", async () => {
    for (const proof of PROOFS) {
      const other = `sha256:${"0".repeat(64)}`;
      expect(await leadsTo({ ...proof, leaf: { ...proof.leaf, event_count: 0 } })).toBe(false);
      expect(await leadsTo({ ...proof, path: [...proof.path, other] })).toBe(false);
      expect(await leadsTo({ ...proof, digest: { ...proof.digest, root: other } })).toBe(false);
    }
  });
});

describe("a digest", () => {
  it("is signed", async () => {
    for (const digest of DIGESTS) expect(await signed(digest, PUBLIC_KEY)).toBe(true);
  });

  it("is not, when it says something else", async () => {
    for (const digest of DIGESTS) expect(await signed({ ...digest, tree_size: digest.tree_size + 1 }, PUBLIC_KEY)).toBe(false);
  });
});

it("canonical JSON orders members by UTF-16", () => {
  expect(canonical({ b: 1, a: [true, null, "é"], "\u{10000}": 0, "\uffff": 0 })).toBe('{"a":[true,null,"é"],"b":1,"\u{10000}":0,"\uffff":0}');
});
