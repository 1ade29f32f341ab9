/** What a person may do with a run: note something, publish it, take it along, delete it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { ask, download } from "../../api/client";
import type { Session } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { Confirm, Form } from "../../ui/form";
import { Failure } from "../../ui/states";
import { Erase } from "./Erase";
import { Publish } from "./Publish";

export function RunActions({ run, onErased }: { run: Session; onErased: () => void }) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const leave = () => {
    go("/runs");
    return queries.invalidateQueries({ queryKey: ["sessions"] });
  };
  const save = useMutation({ mutationFn: () => download(`/api/v1/traces/${encodeURIComponent(run.id)}/export`, {}, `trace-${run.id}.json`) });
  return (
    <>
      <Dialog open="Notes and tags" title="Notes and tags">
        {(close) => <Annotate run={run} onDone={close} />}
      </Dialog>
      <Dialog open="Publish" title="Publish this run">
        {(close) => <Publish run={run} onDone={close} />}
      </Dialog>
      <button type="button" disabled={save.isPending} onClick={() => save.mutate()}>
        Export
      </button>
      <Erase run={run.id} onErased={onErased} />
      <Confirm verb="Delete" title="Delete this run?" act={() => ask(`/api/v1/traces/${encodeURIComponent(run.id)}`, { method: "DELETE" })} onDone={leave}>
        What was said and its files go for good. That it was there, how many events it had, and their last hash stay.
      </Confirm>
    </>
  );
}

function Annotate({ run, onDone }: { run: Session; onDone: () => void }) {
  const queries = useQueryClient();
  const [given, setGiven] = useState({ notes: run.notes ?? "", tags: run.tags.join(", ") });
  const save = useMutation({
    mutationFn: () =>
      ask<Session>(`/api/sessions/${encodeURIComponent(run.id)}`, {
        method: "PATCH",
        body: { notes: given.notes || null, tags: given.tags.split(",").map((tag) => tag.trim()).filter(Boolean) },
      }),
    onSuccess: () => {
      onDone();
      void queries.invalidateQueries({ queryKey: ["sessions"] });
      return queries.invalidateQueries({ queryKey: ["session", run.id] });
    },
  });

  return (
    <Form submit="Save" sending={save} onSubmit={save.mutate} onCancel={onDone}>
      {save.isError && <Failure error={save.error} />}
      <label>
        Notes
        <textarea rows={5} value={given.notes} onChange={(event) => setGiven({ ...given, notes: event.target.value })} />
      </label>
      <label>
        Tags, with commas between
        <input value={given.tags} onChange={(event) => setGiven({ ...given, tags: event.target.value })} />
      </label>
    </Form>
  );
}
