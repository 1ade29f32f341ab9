/** The steps of both sides, aligned. The first that is not the same is pinned above them. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, ask } from "../../api/client";
import { State } from "../../ui/format";
import { useParams } from "../../ui/params";
import { Empty, Failure, Loading } from "../../ui/states";
import { textOf } from "../run/run";
import type { Comparison, Fork, Side, Step } from "./forks";

const PART = 500;

export function Steps({ path, fork }: { path: string; fork: Fork }) {
  const [parts, setParts] = useState(1);
  const diff = useQuery({
    queryKey: [`${path}/diff`, fork.fork_trace_id, fork.status, parts],
    queryFn: ({ signal }) => ask<Comparison>(`${path}/diff`, { query: { limit: parts * PART }, signal }),
    placeholderData: (before) => before,
  });
  if (diff.isError) {
    if (diff.error instanceof ApiError && diff.error.status === 409) return <Empty title="There is nothing to compare">{diff.error.message}</Empty>;
    return <Failure error={diff.error} retry={() => void diff.refetch()} />;
  }
  if (!diff.data) return <Loading what="Comparing" />;
  return <Compared found={diff.data} more={() => setParts(parts + 1)} />;
}

function Compared({ found, more }: { found: Comparison; more: () => void }) {
  const [params, change] = useParams();
  const all = params.has("all");
  const first = found.first_divergence;
  const shown = all ? found.steps : found.steps.filter((step) => step.change !== "same" || step.moved);
  return (
    <>
      <section className="card" aria-label="Verdict">
        <div className="row">
          <State value={found.verdict} />
          {Object.entries(found.findings).map(([name, labels]) => labels.length > 0 && <span key={name}>{name.replaceAll("_", " ")}: {labels.map((label) => label.replaceAll("_", " ")).join(", ")}</span>)}
        </div>
        <p className="soft">
          {found.steps_total.toLocaleString("en")} steps · {["changed", "added", "removed", "regressed"].map((kind) => `${found.steps.filter((step) => step.change === kind).length} ${kind}`).join(" · ")}
        </p>
      </section>
      {first && (
        <section className="card pinned" aria-label="First divergence">
          <h2>
            First divergence: step {first.position + 1}, {first.kind.replaceAll("_", " ")} {first.name}
          </h2>
          <p>
            <State value={first.change} /> {first.fields.join(", ")}
          </p>
          <a href={`#step-${first.position}`}>Show it</a>
        </section>
      )}
      {found.identical && <Empty title="Both are the same">What you changed led to nothing else.</Empty>}
      <div className="row between">
        <h2>Steps</h2>
        <button type="button" aria-pressed={all} onClick={() => change({ all: all ? null : "1" })}>
          Show unchanged steps
        </button>
      </div>
      <ol className="plain-list stack">
        {shown.map((step) => (
          <li key={step.position} id={`step-${step.position}`}>
            <Row step={step} found={found} first={step.position === first?.position} />
          </li>
        ))}
      </ol>
      {found.next_offset !== null && (
        <div>
          <button type="button" onClick={more}>
            Show more
          </button>
        </div>
      )}
    </>
  );
}

const TONES: Record<Step["change"], string> = { same: "", changed: "warn", added: "good", removed: "bad", regressed: "bad" };

function Row({ step, found, first }: { step: Step; found: Comparison; first: boolean }) {
  return (
    <article className={`card compared ${first ? "pinned" : ""}`} aria-label={`Step ${step.position + 1}`}>
      <div className="row">
        <strong>
          {step.position + 1}. {step.kind.replaceAll("_", " ")} {step.name}
        </strong>
        <span className={`badge ${TONES[step.change]}`}>{step.change}</span>
        {step.moved && <span className="badge">moved</span>}
        {step.fields.map((field) => (
          <code key={field}>{field}</code>
        ))}
      </div>
      {step.change !== "same" && (
        <div className="sides">
          <OneSide name="Original" run={found.original_trace_id} side={step.original} />
          <OneSide name="Fork" run={found.fork_trace_id} side={step.fork} />
        </div>
      )}
    </article>
  );
}

function OneSide({ name, run, side }: { name: string; run: string; side: Side | null }) {
  if (!side) return <p className="soft">{name}: no such step</p>;
  return (
    <section className="side" aria-label={name}>
      <h3>
        <a href={`/runs/${encodeURIComponent(run)}?span=${encodeURIComponent(side.span_id ?? side.id)}`}>{name}</a> {side.unrecorded && <span className="badge warn">unrecorded</span>}
      </h3>
      {side.model && <p className="soft">{side.model}</p>}
      <Part name="In" value={side.input} />
      <Part name="Out" value={side.output} />
      <Part name="Error" value={side.error} />
    </section>
  );
}

function Part({ name, value }: { name: string; value: unknown }) {
  const text = textOf(value);
  if (!text) return null;
  return (
    <>
      <h4>{name}</h4>
      <pre className="sunk">{text}</pre>
    </>
  );
}
