/** One event as a person reads it, with all of it a click away. */

import { memo, useState } from "react";
import { Link } from "wouter";
import type { LedgerEvent, OutlinedEvent } from "../../api/types";
import { Diff } from "../../ui/Diff";
import { dollars, duration } from "../../ui/format";
import { Artifact } from "./Artifact";
import { editOf, patchOf } from "./changes";
import { Erase } from "./Erase";
import { isFailure, nameOf, textOf } from "./run";

const CLOSED = 1_200;

interface Props {
  /** The run's id; null where the reader sees a copy, and has no way to the run and its files. */
  id: string | null;
  event: LedgerEvent;
  /** The sub-agent that it belongs to. */
  agent: string | undefined;
  /** The event that a file change came from. */
  call: LedgerEvent | undefined;
  selected: boolean;
  critical: boolean;
  onSelect: (index: number) => void;
  /** Called when the event's content was erased. */
  onErased?: (index: number) => void;
}

export const EventCard = memo(function EventCard({ id, event, agent, call, selected, critical, onSelect, onErased }: Props) {
  const failed = isFailure(event);
  return (
    <article className={`event ${event.type} ${selected ? "selected" : ""} ${failed ? "failed" : ""} ${critical ? "critical" : ""} ${agent ? "inner" : ""}`} aria-label={`${event.type.replaceAll("_", " ")} ${event.seq}`}>
      <header className="row between">
        <span className="row">
          <strong>{titleOf(event)}</strong>
          {agent && <span className="badge">in {agent}</span>}
          {critical && <span className="badge bad">critical step</span>}
          {failed && <span className="badge bad">failed</span>}
        </span>
        <button type="button" className="plain reference" onClick={() => onSelect(event.index)} title={event.timestamp}>
          #{event.seq} {event.timestamp.slice(11, 19)}
        </button>
      </header>
      {event.payload === null ? <p className="soft">The content was erased. Its digest still holds the chain together.</p> : <Content event={event} payload={event.payload} call={call} files={id !== null} />}
      <All id={id} event={event} onErased={onErased} />
    </article>
  );
});

/** An event that is not read yet, at its place. */
export function EventLine({ event }: { event: OutlinedEvent | undefined }) {
  return (
    <article className={`event ${event?.type ?? ""}`} aria-busy="true" aria-label={event ? `${event.type.replaceAll("_", " ")} ${event.seq}` : "an event"}>
      <header className="row between">
        <strong>{event ? titleOf(event) : "…"}</strong>
        {event && (
          <span className="reference">
            #{event.seq} {event.timestamp.slice(11, 19)}
          </span>
        )}
      </header>
      <p className="soft">Reading…</p>
    </article>
  );
}

function titleOf(event: OutlinedEvent & { actor?: LedgerEvent["actor"] }): string {
  const phase = event.payload?.phase === "end" ? " · end" : "";
  if (event.type === "user_message") return event.actor?.name && event.actor.name !== "user" ? event.actor.name : "User";
  if (event.type === "agent_message") return event.actor?.name ?? "Agent";
  if (event.type === "tool_call") return `Call ${nameOf(event)}`;
  if (event.type === "tool_result") return event.payload?.tool_name ? `Result of ${nameOf(event)}` : "Result";
  const kind = event.type.replace("custom.", "").replaceAll("_", " ");
  const name = nameOf(event);
  return (name.endsWith(kind) ? kind : `${kind} · ${name}`) + phase;
}

function Content({ event, payload, call, files }: { event: LedgerEvent; payload: Record<string, unknown>; call: LedgerEvent | undefined; files: boolean }) {
  switch (event.type) {
    case "user_message":
    case "agent_message":
    case "reasoning":
      return <Text value={textOf(payload.content)} />;
    case "tool_call":
      return <Call payload={payload} />;
    case "tool_result":
      return <Code value={textOf(payload.error ?? payload.result ?? payload.output)} />;
    case "llm_call":
      return <ModelCall payload={payload} />;
    case "file_change":
      return <FileChange payload={payload} call={call} />;
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
      return files ? <Artifact payload={payload} /> : <p className="soft">A file, which is no part of the copy: {textOf(payload.filename)}</p>;
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
  ].filter(([name, value]) => typeof value === "number" && (value > 0 || name === "in" || name === "out"));
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

/** A call; of a tool that edits a file, the edit. */
function Call({ payload }: { payload: Record<string, unknown> }) {
  const edit = editOf(payload);
  const told = (payload.arguments ?? payload.input) as { file_path?: unknown } | undefined;
  if (edit === null) return <Code value={textOf(told)} />;
  return (
    <>
      {typeof told?.file_path === "string" && <code>{told.file_path}</code>}
      <LongDiff text={edit} />
    </>
  );
}

/** The patch that was recorded, or that of the call which the change came from. */
function FileChange({ payload, call }: { payload: Record<string, unknown>; call: LedgerEvent | undefined }) {
  const patch = patchOf(payload) ?? (call?.payload ? editOf(call.payload) : null);
  return (
    <>
      <p>
        <code>{textOf(payload.path)}</code> {textOf(payload.action) || "modified"}{" "}
        <span className="good-text">+{Number(payload.additions ?? 0)}</span> <span className="bad-text">−{Number(payload.deletions ?? 0)}</span>
      </p>
      {patch && <LongDiff text={patch} />}
    </>
  );
}

function LongDiff({ text }: { text: string }) {
  const [open, setOpen] = useState(text.length <= CLOSED);
  const end = text.indexOf("\n", CLOSED);
  return (
    <>
      <Diff text={open ? text : text.slice(0, end < 0 ? CLOSED : end)} />
      {text.length > CLOSED && <Toggle open={open} onToggle={() => setOpen(!open)} size={text.length} />}
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

function All({ id, event, onErased }: { id: string | null; event: LedgerEvent; onErased: Props["onErased"] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
      <summary>Everything recorded</summary>
      {open && (
        <>
          <pre>{JSON.stringify(event, null, 2)}</pre>
          {id !== null && (
            <div className="row">
              <Link href={`/forks/new?${new URLSearchParams({ run: id, span: event.span_id ?? event.id })}`}>Fork the run from here</Link>
              {event.payload !== null && <Erase run={id} event={event.id} onErased={() => onErased?.(event.index)} />}
            </div>
          )}
        </>
      )}
    </details>
  );
}
