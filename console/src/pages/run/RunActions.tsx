/** What a person may do with a run: note something, publish it, take it along, delete it. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { ask, download } from "../../api/client";
import type { Session } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { Failure } from "../../ui/states";
import { Publish } from "./Publish";

export function RunActions({ run }: { run: Session }) {
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
      <Dialog open="Delete" title="Delete this run?" kind="danger">
        {(close) => <Delete run={run} onDone={close} />}
      </Dialog>
      {save.isError && <Failure error={save.error} />}
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

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className="stack" onSubmit={submit}>
      {save.isError && <Failure error={save.error} />}
      <label>
        Notes
        <textarea rows={5} value={given.notes} onChange={(event) => setGiven({ ...given, notes: event.target.value })} />
      </label>
      <label>
        Tags, with commas between
        <input value={given.tags} onChange={(event) => setGiven({ ...given, tags: event.target.value })} />
      </label>
      <div className="row">
        <button type="submit" className="primary" disabled={save.isPending}>
          Save
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function Delete({ run, onDone }: { run: Session; onDone: () => void }) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const remove = useMutation({
    mutationFn: () => ask(`/api/v1/traces/${encodeURIComponent(run.id)}`, { method: "DELETE" }),
    onSuccess: () => {
      go("/runs");
      return queries.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  return (
    <>
      <p>What was said and its files go for good. That it was there, how many events it had, and their last hash stay.</p>
      {remove.isError && <Failure error={remove.error} />}
      <div className="row">
        <button type="button" className="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </>
  );
}
