/** Whether the record is as it was written. The chain is recomputed when asked, by the server. */

import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError, ask } from "../../api/client";
import type { Verification } from "../../api/types";
import { When } from "../../ui/format";
import { Failure, Loaded } from "../../ui/states";
import { prove, ProvenFacts } from "../govern/Proven";

/** Verifying reads the whole record: not before the page is `ready`, that is, has read what it shows. */
export function Integrity({ id, ready = true }: { id: string; ready?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [opened, setOpened] = useState(false);
  const check = useQuery({
    queryKey: ["verify", id],
    queryFn: ({ signal }) => ask<Verification>(`/api/v1/traces/${encodeURIComponent(id)}/verify`, { signal }),
    staleTime: 60_000,
    enabled: ready,
  });
  const found = check.data;
  const tone = check.isError ? "warn" : found === undefined ? "" : found.valid ? "good" : "bad";
  const word = check.isError ? "not verified" : found === undefined ? "verifying" : found.valid ? "record intact" : "record altered";
  return (
    <>
      <button
        type="button"
        className={`badge ${tone}`}
        onClick={() => {
          setOpened(true);
          dialog.current?.showModal();
        }}
      >
        {word}
      </button>
      <dialog ref={dialog} aria-labelledby="integrity">
        <div className="stack">
          <h2 id="integrity">Is this record as it was written?</h2>
          {check.isError && <Failure error={check.error} />}
          {found && <Verdict found={found} />}
          {opened && <Signed id={id} />}
          <p className="soft">
            Each event is hashed together with the one before it, so a change, a deletion or an insertion anywhere breaks every hash
            after it. Each hour's digest signs the last hashes, so a record that was written anew as a whole does not fit either.
          </p>
          <div className="row">
            <button type="button" onClick={() => void check.refetch()} disabled={check.isFetching}>
              Verify again
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}

function Verdict({ found }: { found: Verification }) {
  return (
    <dl className="facts">
      <dt>Answer</dt>
      <dd>{found.valid ? `Yes. All ${found.event_count.toLocaleString("en")} events fit their hashes.` : `No. ${found.reason ?? ""}`}</dd>
      {found.first_invalid_event && (
        <>
          <dt>First that does not fit</dt>
          <dd>
            <code>{found.first_invalid_event}</code>
          </dd>
        </>
      )}
      <dt>Last hash</dt>
      <dd>
        <code>{found.head_hash}</code>
      </dd>
      <dt>Verified</dt>
      <dd>
        <When at={found.verified_at} exact />
      </dd>
    </dl>
  );
}

/** The newest digest that the run is in, with the proof checked here. */
function Signed({ id }: { id: string }) {
  const proof = useQuery({ queryKey: ["proof", id], queryFn: ({ signal }) => prove(id, signal), staleTime: 60_000 });
  const none = proof.error instanceof ApiError && proof.error.status === 404;
  return (
    <section className="stack" aria-labelledby="signed">
      <h3 id="signed">In a signed digest</h3>
      {none ? <p>In none yet. Five minutes after each hour, a digest seals every run that changed in it.</p> : <Loaded query={proof} what="Fetching the proof">{(found) => <ProvenFacts found={found} />}</Loaded>}
    </section>
  );
}
