/** One event as a person reads it, with all of it a click away. */

import { memo, useState } from "react";
import type { LedgerEvent } from "../../api/types";
import { Diff } from "../../ui/Diff";
import { dollars, duration } from "../../ui/format";
import { Artifact } from "./Artifact";
import { isFailure, nameOf, textOf } from "./run";

const CLOSED = 1_200;

interface Props {
  event: LedgerEvent;
  selected: boolean;
  critical: boolean;
  onSelect: (index: number) => void;
}

export const EventCard = memo(function EventCard({ event, selected, critical, onSelect }: Props) {
  const failed = isFailure(event);
  return (
    <article className={`event ${event.type} ${selected ? "selected" : ""} ${failed ? "failed" : ""} ${critical ? "critical" : ""}`} aria-label={`${event.type.replaceAll("_", " ")} ${event.seq}`}>
      <header className="row between">
        <span className="row">
          <strong>{titleOf(event)}</strong>
          {critical && <span className="badge bad">critical step</span>}
          {failed && <span className="badge bad">failed</span>}
        </span>
        <button type="button" className="plain reference" onClick={() => onSelect(event.index)} title={event.timestamp}>
          #{event.seq} {event.timestamp.slice(11, 19)}
        </button>
      </header>
      {event.payload === null ? <p className="soft">The content was erased. Its digest still holds the chain together.</p> : <Content event={event} payload={event.payload} />}
      <All event={event} />
    </article>
  );
});

function titleOf(event: LedgerEvent): string {
  const phase = event.payload?.phase === "end" ? " · end" : "";
  if (event.type === "user_message") return event.actor?.name && event.actor.name !== "user" ? event.actor.name : "User";
  if (event.type === "agent_message") return event.actor?.name ?? "Agent";
  if (event.type === "tool_call") return `Call ${nameOf(event)}`;
  if (event.type === "tool_result") return event.payload?.tool_name ? `Result of ${nameOf(event)}` : "Result";
  const kind = event.type.replace("custom.", "").replaceAll("_", " ");
  const name = nameOf(event);
  return (name === kind ? kind : `${kind} · ${name}`) + phase;
}

function Content({ event, payload }: { event: LedgerEvent; payload: Record<string, unknown> }) {
  switch (event.type) {
    case "user_message":
    case "agent_message":
    case "reasoning":
      return <Text value={textOf(payload.content)} />;
    case "tool_call":
      return <Code value={textOf(payload.arguments ?? payload.input)} />;
    case "tool_result":
      return <Code value={textOf(payload.error ?? payload.result ?? payload.output)} />;
    case "llm_call":
      return <ModelCall payload={payload} />;
    case "file_change":
      return <FileChange payload={payload} />;
    case "compaction":
      return (
        <p>
          The context was compacted: {textOf(payload.pre_tokens) || "?"} → {textOf(payload.post_tokens) || "?"} tokens.
        </p>
      );
    case "error":
      return <Code value={textOf(payload.traceback ?? payload.message)} />;
    case "screenshot":
    case "replay_artifact":
    case "custom.artifact":
      return <Artifact payload={payload} />;
    case "goal_check":
      return <p>{payload.passed ? "The goal was reached." : `The goal was not reached. ${textOf(payload.mismatches)}`}</p>;
    default:
      return <Code value={textOf(payload.content ?? payload.message ?? payload.description ?? payload.input ?? payload.output)} />;
  }
}

function ModelCall({ payload }: { payload: Record<string, unknown> }) {
  const counts = [
    ["in", payload.input_tokens],
    ["cached", payload.cache_read_tokens],
    ["written to cache", payload.cache_write_tokens],
    ["out", payload.output_tokens],
  ].filter(([, value]) => typeof value === "number");
  const cost = payload.cost_usd as number | null | undefined;
  return (
    <>
      <p className="soft">
        {counts.map(([name, value]) => `${(value as number).toLocaleString("en")} ${name as string}`).join(" · ")}
        {cost !== undefined && ` · ${dollars(cost)}`}
        {typeof payload.latency_ms === "number" && ` · ${duration(payload.latency_ms)}`}
      </p>
      <Code value={textOf(payload.output ?? payload.input)} />
    </>
  );
}

function FileChange({ payload }: { payload: Record<string, unknown> }) {
  const patch = payload.diff ?? payload.patch;
  return (
    <>
      <p>
        <code>{textOf(payload.path)}</code> {textOf(payload.action) || "modified"}{" "}
        <span className="good-text">+{Number(payload.additions ?? 0)}</span> <span className="bad-text">−{Number(payload.deletions ?? 0)}</span>
      </p>
      {typeof patch === "string" && <Diff text={patch} />}
    </>
  );
}

/** Long texts begin closed. */
function Text({ value }: { value: string }) {
  const [open, setOpen] = useState(value.length <= CLOSED);
  return (
    <>
      <p className="said">{open ? value : `${value.slice(0, CLOSED)}…`}</p>
      {value.length > CLOSED && <Toggle open={open} onToggle={() => setOpen(!open)} size={value.length} />}
    </>
  );
}

function Code({ value }: { value: string }) {
  const [open, setOpen] = useState(value.length <= CLOSED);
  if (!value) return null;
  return (
    <>
      <pre>{open ? value : `${value.slice(0, CLOSED)}…`}</pre>
      {value.length > CLOSED && <Toggle open={open} onToggle={() => setOpen(!open)} size={value.length} />}
    </>
  );
}

function Toggle({ open, onToggle, size }: { open: boolean; onToggle: () => void; size: number }) {
  return (
    <span>
      <button type="button" className="plain reference" aria-expanded={open} onClick={onToggle}>
        {open ? "Show less" : `Show all ${size.toLocaleString("en")} characters`}
      </button>
    </span>
  );
}

function All({ event }: { event: LedgerEvent }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
      <summary>Everything recorded</summary>
      {open && <pre>{JSON.stringify(event, null, 2)}</pre>}
    </details>
  );
}
