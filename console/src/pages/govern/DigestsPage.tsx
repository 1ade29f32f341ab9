/** Signed hourly digests, and the proof that a run is in one. The proof is recomputed here, in the browser. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask } from "../../api/client";
import { When } from "../../ui/format";
import { Listed, Table, useList } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty, Failure } from "../../ui/states";
import { type Digest, leadsTo, type Proof, signed } from "./digest";

interface DigestPage {
  digests: Digest[];
  next_cursor: string | null;
  public_key: string;
}

export default function DigestsPage() {
  const list = useList("/api/v1/digests", { limit: 50 }, (page: DigestPage) => ({
    rows: page.digests.map((digest) => ({ digest, key: page.public_key })),
    next: page.next_cursor,
  }));
  return (
    <>
      <Title name="Digests">Digests</Title>
      <ProofOfRun />
      <Listed list={list} empty={<Empty title="No digest yet">Five minutes after each hour one seals every run that changed in it.</Empty>}>
        {(rows) => (
          <Table name="Digests" head={["Hour", "Sealed", "Runs", "Root", "Signature"]}>
            {rows.map(({ digest, key }) => (
              <tr key={digest.id} id={digest.id}>
                <th scope="row">
                  {digest.from.slice(0, 16).replace("T", " ")} <code className="soft">{digest.id}</code>
                </th>
                <td>
                  <When at={digest.sealed_at} />
                </td>
                <td>{digest.tree_size}</td>
                <td>
                  <code>{digest.root}</code>
                </td>
                <td>
                  <Verify digest={digest} publicKey={key} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
    </>
  );
}

function Verify({ digest, publicKey }: { digest: Digest; publicKey: string }) {
  const check = useMutation({ mutationFn: () => signed(digest, publicKey) });
  if (check.isError) return <span className="badge warn">{String(check.error)}</span>;
  if (check.data !== undefined) return <span className={`badge ${check.data ? "good" : "bad"}`}>{check.data ? "signature fits" : "signature does not fit"}</span>;
  return (
    <button type="button" disabled={check.isPending} onClick={() => check.mutate()}>
      Verify
    </button>
  );
}

function ProofOfRun() {
  const [run, setRun] = useState("");
  const prove = useMutation({
    mutationFn: async () => {
      const proof = await ask<Proof>(`/api/v1/traces/${encodeURIComponent(run)}/proof`);
      return { proof, included: await leadsTo(proof), signed: await signed(proof.digest, proof.public_key) };
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    prove.mutate();
  }

  const found = prove.data;
  return (
    <form className="card" aria-labelledby="proof" onSubmit={submit}>
      <h2 id="proof">Is a run in a digest?</h2>
      <div className="row">
        <label>
          Run
          <input required value={run} onChange={(event) => setRun(event.target.value)} />
        </label>
        <button type="submit" disabled={prove.isPending}>
          Prove
        </button>
      </div>
      {prove.isError && <Failure error={prove.error} />}
      {found && (
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
            <a href={`#${found.proof.digest_id}`}>{found.proof.digest_id}</a>, leaf {found.proof.leaf_index + 1} of {found.proof.tree_size}
          </dd>
          <dt>Covers</dt>
          <dd>
            {found.proof.covers_events} of {found.proof.event_count} events
          </dd>
        </dl>
      )}
    </form>
  );
}
