/** Publish a run as a tape: a copy without secrets, for whoever has its link. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { ask } from "../../api/client";
import type { Session } from "../../api/types";
import { Failure } from "../../ui/states";
import { type Tape, tapeAddress } from "../tapes/tape";

export function Publish({ run, onDone }: { run: Session; onDone: () => void }) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(run.summary || run.user_goal || run.id);
  const [days, setDays] = useState("30");
  const publish = useMutation({
    mutationFn: () => ask<Tape>("/api/v1/tapes", { method: "POST", body: { trace_id: run.id, title, ...(days ? { expires_in_days: Number(days) } : {}) } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/api/v1/tapes"] }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    publish.mutate();
  }

  if (publish.data) {
    return (
      <>
        <p role="status">
          Published, with {publish.data.redactions} {publish.data.redactions === 1 ? "place" : "places"} taken out. Read it yourself before you pass the link on: no pattern knows every secret.
        </p>
        <p>
          <Link href={tapeAddress(publish.data.slug)}>
            {location.origin}
            {tapeAddress(publish.data.slug)}
          </Link>
        </p>
        <div>
          <button type="button" onClick={onDone}>
            Close
          </button>
        </div>
      </>
    );
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p className="soft">Whoever has the link reads a copy of the run as it is now. Keys, tokens, passwords and e-mail addresses are taken out.</p>
      {publish.isError && <Failure error={publish.error} />}
      <label>
        Title
        <input required maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label>
        Expires in days, or empty for never
        <input type="number" min="1" value={days} onChange={(event) => setDays(event.target.value)} />
      </label>
      <div className="row">
        <button type="submit" className="primary" disabled={publish.isPending}>
          {publish.isPending ? "Publishing…" : "Publish"}
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
