/** Signed hourly digests, and the proof that a run is in one. The proof is recomputed here, in the browser. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { When } from "../../ui/format";
import { Listed, Table, useList } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty, Failure } from "../../ui/states";
import { type Digest, signed } from "./digest";
import { prove, ProvenFacts } from "./Proven";

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
      <Listed list={list} empty={<Empty title="No digest yet">Five minutes after each hour, a digest seals every run that changed in it.</Empty>}>
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
  const proving = useMutation({ mutationFn: () => prove(run) });

  function submit(event: FormEvent) {
    event.preventDefault();
    proving.mutate();
  }

  return (
    <form className="card" aria-labelledby="proof" onSubmit={submit}>
      <h2 id="proof">Is a run in a digest?</h2>
      <div className="row filters">
        <label>
          Run
          <input required value={run} onChange={(event) => setRun(event.target.value)} />
        </label>
        <button type="submit" disabled={proving.isPending}>
          Prove
        </button>
      </div>
      {proving.isError && <Failure error={proving.error} />}
      {proving.data && <ProvenFacts found={proving.data} />}
    </form>
  );
}
