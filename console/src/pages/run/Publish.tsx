/** Publish a run as a tape: a copy without secrets, for whoever has its link. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { ask } from "../../api/client";
import type { Session } from "../../api/types";
import { Form } from "../../ui/form";
import { type Tape, tapeAddress } from "../tapes/tape";

export function Publish({ run, onDone }: { run: Session; onDone: () => void }) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(run.summary || run.user_goal || run.id);
  const [days, setDays] = useState("30");
  const publish = useMutation({
    mutationFn: () => ask<Tape>("/api/v1/tapes", { method: "POST", body: { trace_id: run.id, title, ...(days ? { expires_in_days: Number(days) } : {}) } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["/api/v1/tapes"] }),
  });

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
    <Form submit="Publish" submitting="Publishing…" sending={publish} onSubmit={publish.mutate} onCancel={onDone}>
      <p className="soft">Whoever has the link reads a copy of the run as it is now. Keys, tokens, passwords and e-mail addresses are taken out.</p>
      <label>
        Title
        <input required maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label>
        Expires in days, or empty for never
        <input type="number" min="1" value={days} onChange={(event) => setDays(event.target.value)} />
      </label>
    </Form>
  );
}
