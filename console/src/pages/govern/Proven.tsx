/** That a run is in a signed digest: recomputed here, in the browser, so that nobody has to be believed. */

import { Link } from "wouter";
import { ask } from "../../api/client";
import { leadsTo, type Proof, signed } from "./digest";

export interface Proven {
  proof: Proof;
  included: boolean;
  signed: boolean;
}

export async function prove(run: string, signal?: AbortSignal): Promise<Proven> {
  const proof = await ask<Proof>(`/api/v1/traces/${encodeURIComponent(run)}/proof`, signal ? { signal } : {});
  return { proof, included: await leadsTo(proof), signed: await signed(proof.digest, proof.public_key) };
}

export function ProvenFacts({ found }: { found: Proven }) {
  const { proof } = found;
  return (
    <dl className="facts" role="status">
      <dt>Leaf leads to the root</dt>
      <dd>
        <span className={`badge ${found.included ? "good" : "bad"}`}>{found.included ? "yes" : "no"}</span>
      </dd>
      <dt>Digest's signature</dt>
      <dd>
        <span className={`badge ${found.signed ? "good" : "bad"}`}>{found.signed ? "fits" : "does not fit"}</span>
      </dd>
      <dt>Digest</dt>
      <dd>
        <Link href={`/govern/digests#${proof.digest_id}`}>{proof.digest_id}</Link>, leaf {proof.leaf_index + 1} of {proof.tree_size.toLocaleString("en")}
      </dd>
      <dt>Covers</dt>
      <dd>
        {proof.covers_events.toLocaleString("en")} of {proof.event_count.toLocaleString("en")} events
      </dd>
    </dl>
  );
}
