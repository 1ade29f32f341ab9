/** A fork beside its origin: where the two part, and each step by what became of it. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { ApiError, ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { State, When } from "../../ui/format";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";
import { ShownOnce } from "../govern/ShownOnce";
import type { Begun, Fork } from "./forks";
import { Steps } from "./Steps";
import { type Replay, Substitutions } from "./Substitutions";
import "./compare.css";

const LOOK_AGAIN = 1_500;

export default function ForkPage({ id }: { id: string }) {
  const path = `/api/v1/forks/${encodeURIComponent(id)}`;
  const fork = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => ask<Fork>(path, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === "replaying" ? LOOK_AGAIN : false),
  });
  // Beginning a replay led here, or it was begun here: a runner's new secret is in that answer alone.
  const [secret, setSecret] = useState<string | null>(() => (history.state as { runner_secret?: string } | null)?.runner_secret ?? null);
  // Browsers write the state of their history to disk.
  useEffect(() => history.replaceState(null, ""), []);
  if (fork.error instanceof ApiError && fork.error.status === 404) {
    return (
      <Empty whole title="There is no such fork">
        <Link href="/forks">All forks</Link>
      </Empty>
    );
  }
  return <Loaded query={fork}>{(found) => <Shown fork={found} path={path} secret={secret} onSecret={setSecret} />}</Loaded>;
}

interface ShownProps {
  fork: Fork;
  path: string;
  secret: string | null;
  onSecret: (secret: string | null) => void;
}

function Shown({ fork, path, secret, onSecret }: ShownProps) {
  return (
    <>
      <Title
        name={`Fork of ${fork.trace_id}`}
        actions={
          <>
            <Dialog open={fork.status === "created" ? "Replay" : "Replay again"} title="Replay with changes" kind="primary" disabled={fork.status === "replaying"}>
              {(close) => (
                <Again
                  fork={fork}
                  path={path}
                  onDone={(begun) => {
                    onSecret(begun.runner_secret ?? null);
                    close();
                  }}
                />
              )}
            </Dialog>
            <Link href="/forks" className="button">
              All forks
            </Link>
          </>
        }
      >
        Fork of {fork.trace_id}
      </Title>
      {secret && (
        <ShownOnce title="The runner's secret" secret={secret} onDone={() => onSecret(null)}>
          With it your runner checks each message's signature (Standard Webhooks).
        </ShownOnce>
      )}
      <section className="card" aria-label="About this fork">
        <div className="row">
          <State value={fork.status} />
          {fork.progress.unrecorded > 0 && <span className="badge warn">{fork.progress.unrecorded} steps nobody recorded</span>}
        </div>
        {fork.reason && <p>{fork.reason}</p>}
        {fork.status === "replaying" && <Progress fork={fork} />}
        <dl className="facts">
          <dt>Original</dt>
          <dd>
            <Link href={`/runs/${encodeURIComponent(fork.trace_id)}?span=${encodeURIComponent(fork.span_id)}`}>{fork.trace_id}</Link>, from step {fork.fork_point_index + 1}
          </dd>
          <dt>Fork</dt>
          <dd>
            <Link href={`/runs/${encodeURIComponent(fork.fork_trace_id)}`}>{fork.fork_trace_id}</Link>
          </dd>
          <dt>Made</dt>
          <dd>
            <When at={fork.created_at} exact />, by {fork.created_by}
          </dd>
          {fork.substitutions?.map((change, at) => (
            <Change key={at} name={`${change.kind.replace("_", " ")}${change.span_id ? ` at ${change.span_id}` : ""}`} value={change.value} />
          ))}
        </dl>
      </section>
      {fork.status === "created" && <Empty title="Not run yet">Say what to change, and replay it.</Empty>}
      {["completed", "diverged", "failed"].includes(fork.status) && <Steps path={path} fork={fork} />}
    </>
  );
}

function Change({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>Changed: {name}</dt>
      <dd className="mono">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
    </>
  );
}

function Progress({ fork }: { fork: Fork }) {
  const { done, total } = fork.progress;
  return (
    <label>
      Replaying: {done} of {total} steps
      <progress value={done} max={Math.max(total, 1)} />
    </label>
  );
}

function Again({ fork, path, onDone }: { fork: Fork; path: string; onDone: (begun: Begun) => void }) {
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: (wanted: Replay) => ask<Begun>(`${path}/replay`, { method: "POST", body: wanted }),
    onSuccess: (begun) => {
      onDone(begun);
      return queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(path) });
    },
  });
  return <Substitutions given={fork.substitutions ?? []} span={fork.span_id} busy={replay.isPending} error={replay.error} onReplay={replay.mutate} />;
}
