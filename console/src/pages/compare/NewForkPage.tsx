/** Fork a run at a step, and replay it with something changed. `?run=&span=` name the place. */

import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ask } from "../../api/client";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Typed } from "../../ui/Typed";
import type { Begun, Fork } from "./forks";
import { type Replay, Substitutions } from "./Substitutions";

export default function NewForkPage() {
  const [params] = useParams();
  const [, go] = useLocation();
  const run = params.get("run") ?? "";
  const span = params.get("span") ?? "";
  const begin = useMutation({
    mutationFn: async (replay: Replay) => {
      const fork = await ask<Fork>("/api/v1/forks", { method: "POST", body: { trace_id: run, span_id: span, substitutions: replay.substitutions } });
      return ask<Begun>(`/api/v1/forks/${fork.id}/replay`, { method: "POST", body: replay });
    },
    onSuccess: ({ id, runner_secret }) => go(`/forks/${id}`, { state: runner_secret ? { runner_secret } : null }),
  });
  return (
    <>
      <Title name="New fork">Fork a run</Title>
      <section className="card" aria-label="Where to fork">
        <div className="row">
          <Typed name="run" label="Run" />
          <Typed name="span" label="Step: the id of a span or event" />
        </div>
        <p className="soft">Before this step all stands as it was. From it on, what you change is answered anew.</p>
      </section>
      {run && span && (
        <section className="card" aria-label="What to change">
          <Substitutions key={`${run} ${span}`} given={[]} span={span} busy={begin.isPending} error={begin.error} onReplay={begin.mutate} />
        </section>
      )}
    </>
  );
}
