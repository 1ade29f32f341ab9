/** One run: its spans in time and its conversation side by side, what was found, and whether the record is whole. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { Link } from "wouter";
import { ApiError, ask } from "../../api/client";
import type { Analysis, Session } from "../../api/types";
import { Cost, Count, duration, Labels, State, When } from "../../ui/format";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Failure, Loaded } from "../../ui/states";
import { Conversation } from "./Conversation";
import { Findings } from "./Findings";
import { Integrity } from "./Integrity";
import type { Reader, Reading } from "./reader";
import { Recordings } from "./Recordings";
import { RunActions } from "./RunActions";
import { type Run as RunModel, runOf } from "./run";
import { useReader } from "./useReader";
import { Waterfall } from "./Waterfall";
import "./run.css";

export default function RunPage({ id }: { id: string }) {
  const run = useQuery({
    queryKey: ["session", id],
    queryFn: ({ signal }) => ask<Session>(`/api/sessions/${encodeURIComponent(id)}`, { query: { limit: 0 }, signal }),
  });
  // Asked for at once, and not only when it is known that there is such a run.
  const { reader, reading, renew } = useReader(id, run.data?.event_count, run.data?.status === "running");
  if (run.error instanceof ApiError && run.error.status === 404) {
    return <Empty whole title="There is no such run">It may have been deleted, or belong to another workspace.</Empty>;
  }
  return <Loaded query={run}>{(found) => <Run run={found} reader={reader} reading={reading} renew={renew} />}</Loaded>;
}

function Run({ run, reader, reading, renew }: { run: Session; reader: Reader; reading: Reading; renew: () => void }) {
  const analysis = useQuery({
    queryKey: ["analysis", run.id],
    queryFn: ({ signal }) => ask<{ analysis: Analysis | null }>(`/api/traces/${encodeURIComponent(run.id)}/analysis`, { signal }),
  });
  const { events, total, outlined, error } = reading;
  // The events are filled in place; `shape` says when what follows from all of them is to be derived anew.
  const model = useMemo(() => runOf(events), [events, reading.shape]);
  const [params, change] = useParams();
  const selected = selectedIn(model, params);
  const select = useCallback((index: number | null) => change({ event: index === null ? null : String(index), seq: null, span: null }), [change]);
  const found = analysis.data?.analysis ?? null;
  const need = useCallback((index: number) => reader.need(index), [reader]);
  const critical = model.bySeq.get(found?.critical_step_seq ?? -1) ?? null;
  const queries = useQueryClient();
  const erased = () => {
    renew();
    return queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === run.id });
  };
  const name = run.summary || run.user_goal || run.id;

  return (
    <>
      <Title name={name} actions={
          <>
            <Integrity id={run.id} ready={outlined} />
            <RunActions run={run} onErased={erased} />
          </>
        }>
        {name}
      </Title>
      <Facts run={run} />
      {found && <Findings analysis={found} run={model} onSelect={select} />}
      {error !== null && <Failure error={error} retry={() => void reader.open()} />}
      {outlined && total === 0 && <Empty title="No events yet">The run was created, and nothing of it recorded.</Empty>}
      <Recordings run={model} events={events} selected={selected} onSelect={select} need={need} />
      {total > 0 && (
        <div className="run-panes">
          <Waterfall spans={model.spans} complete={outlined} selected={selected} critical={critical} onSelect={select} />
          <Conversation id={run.id} reader={reader} reading={reading} run={model} selected={selected} critical={critical} onSelect={select} />
        </div>
      )}
    </>
  );
}

/** The event that the address names: by its place, its seq, or its span. */
function selectedIn(run: RunModel, params: URLSearchParams): number | null {
  if (params.has("event")) return Number(params.get("event"));
  if (params.has("seq")) return run.bySeq.get(Number(params.get("seq"))) ?? null;
  return run.byId.get(params.get("span") ?? "") ?? null;
}

function Facts({ run }: { run: Session }) {
  return (
    <section className="card" aria-label="About this run">
      <div className="row">
        <State value={run.status} />
        {run.outcome && run.outcome !== run.status && <State value={run.outcome} />}
        <Labels values={run.labels} />
        {run.tags.map((tag) => (
          <span key={tag} className="badge">
            {tag}
          </span>
        ))}
      </div>
      <dl className="facts wide">
        <Fact name="Goal" value={run.user_goal} />
        <Fact name="Agent" value={run.agent ?? run.tool} />
        <Fact name="Models" value={run.models.join(", ")} />
        <Fact name="Repository" value={[run.repo || run.project, run.branch].filter(Boolean).join(" · ")} />
        <Fact name="Author" value={run.author} />
        <Fact name="Notes" value={run.notes} />
        {run.parent_trace_id && (
          <>
            <dt>Forked from</dt>
            <dd>
              <Link href={`/runs/${encodeURIComponent(run.parent_trace_id)}`}>{run.parent_trace_id}</Link>
            </dd>
          </>
        )}
        <dt>Started</dt>
        <dd>
          <When at={run.started_at} exact />, took {duration(run.duration_secs === null ? null : run.duration_secs * 1_000)}
        </dd>
        <dt>Cost</dt>
        <dd>
          <Cost value={run.cost} />, <Count value={run.total_tokens} /> tokens (<Count value={run.cache_read_tokens} /> from the cache)
        </dd>
        <dt>Events</dt>
        <dd>
          {run.event_count.toLocaleString("en")} · {run.tool_call_count.toLocaleString("en")} tool calls, {run.tool_error_count.toLocaleString("en")} failed · {run.subagent_count.toLocaleString("en")} sub-agents
          {run.compaction_count > 0 && ` · ${run.compaction_count} compactions`}
        </dd>
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string | null | undefined }) {
  if (!value) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
