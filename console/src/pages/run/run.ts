/** A run as its events tell it: spans with their places in time, and what was said and done in order. */

import type { LedgerEvent, OutlinedEvent } from "../../api/types";

/** A run's events by their index. Those of a run that is still being read may lack. */
export type Events = readonly (OutlinedEvent | undefined)[];

export interface Span {
  id: string;
  parent: string | null;
  kind: string;
  name: string;
  start: number;
  end: number | null;
  /** Milliseconds; null when neither the record nor its times say. */
  took: number | null;
  failed: boolean;
  depth: number;
  /** Indexes of its events: where it begins, and where it ends. */
  first: number;
  last: number;
}

export interface Run {
  spans: Span[];
  /** Where an event stands, by its seq. */
  bySeq: Map<number, number>;
  /** Where a span begins, by its id; an event's id finds itself. */
  byId: Map<string, number>;
  /** The sub-agent that an event belongs to, by the event's index. */
  agents: Map<number, string>;
}

const ENDS = new Set(["tool_result", "subagent_stop"]);
const KINDS: Record<string, string> = { tool_result: "tool_call", subagent_start: "agent", subagent_stop: "agent" };
const STEPS = new Set(["error", "goal_check", "compaction", "commit", "file_change", "llm_call", "retrieval", "browser_action"]);

/** All that the page asks of a run's events, in one walk over them. */
export function runOf(events: Events): Run {
  const spans = new Map<string, Span>();
  const bySeq = new Map<number, number>();
  const byId = new Map<string, number>();
  const known = events.filter((event) => event !== undefined);
  const within = agentSpans(known);
  for (const event of known) {
    bySeq.set(event.seq, event.index);
    byId.set(event.id, event.index);
    if (event.span_id && !byId.has(event.span_id)) byId.set(event.span_id, event.index);
    takeIn(spans, event, within);
  }
  const ordered = nested(spans);
  return { spans: ordered, bySeq, byId, agents: agentsOf(known, spans, within) };
}

/** The span of each sub-agent, by the agent's id: transcripts say it at the sub-agent's end, and with each of its lines. */
function agentSpans(events: readonly OutlinedEvent[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { type, span_id, payload } of events) {
    const agent = payload?.agent_id;
    if (span_id && typeof agent === "string" && (type === "subagent_start" || type === "subagent_stop")) found.set(agent, span_id);
  }
  return found;
}

function parentOf(event: OutlinedEvent, within: Map<string, string>): string | null {
  const agent = event.metadata?.agent_id;
  return event.parent_id ?? (typeof agent === "string" ? (within.get(agent) ?? null) : null);
}

function takeIn(spans: Map<string, Span>, event: OutlinedEvent, within: Map<string, string>): void {
  const id = event.span_id ?? `event:${event.index}`;
  const at = Date.parse(event.timestamp);
  const known = spans.get(id);
  const said = event.payload?.duration_ms ?? event.payload?.latency_ms;
  const took = typeof said === "number" && said >= 0 ? said : null;
  if (known) {
    known.end = Math.max(at, known.start);
    known.took = took ?? (known.end > known.start ? known.end - known.start : known.took);
    known.last = event.index;
    known.failed ||= isFailure(event);
    if (!known.name) known.name = nameOf(event);
  } else if (event.span_id || STEPS.has(event.type)) {
    const whole = event.span_id === null || (phase(event) === undefined && !opens(event));
    spans.set(id, {
      id,
      parent: parentOf(event, within),
      kind: KINDS[event.type] ?? event.type,
      name: nameOf(event),
      start: whole ? at - (took ?? 0) : at,
      end: whole ? at : null,
      took: whole ? took : null,
      failed: isFailure(event),
      depth: 0,
      first: event.index,
      last: event.index,
    });
  }
}

function opens(event: OutlinedEvent): boolean {
  return event.type === "tool_call" || event.type === "subagent_start";
}

function phase(event: OutlinedEvent): unknown {
  return event.payload?.phase ?? (ENDS.has(event.type) ? "end" : undefined);
}

/** Depth first. Spans that say to lie within one another, which a broken client may, have no parent. */
function nested(spans: Map<string, Span>): Span[] {
  const children = new Map<string | null, Span[]>();
  for (const span of spans.values()) {
    const parent = span.parent !== null && span.parent !== span.id && spans.has(span.parent) ? span.parent : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  const found: Span[] = [];
  const seen = new Set<Span>();
  walk(byStart(children.get(null)));
  // What no root leads to lies in a circle: it begins where it is met.
  if (found.length < spans.size) for (const span of spans.values()) if (!seen.has(span)) walk([span]);
  return found;

  function walk(roots: Span[]): void {
    const waiting = roots.map((span): [Span, number] => [span, 0]);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [span, depth] = next;
      if (seen.has(span)) continue;
      seen.add(span);
      span.depth = depth;
      found.push(span);
      for (const child of byStart(children.get(span.id))) waiting.push([child, depth + 1]);
    }
  }
}

/** Last first: they are taken from the end. */
function byStart(spans: Span[] | undefined): Span[] {
  return spans ? [...spans].sort((a, b) => b.start - a.start || b.first - a.first) : [];
}

/** Each event's sub-agent: that of the nearest span around it that is one. */
function agentsOf(events: readonly OutlinedEvent[], spans: Map<string, Span>, within: Map<string, string>): Map<number, string> {
  const found = new Map<number, string>();
  const known = new Map<string, string | null>();

  function agentOf(id: string | null): string | null {
    const passed: string[] = [];
    let agent: string | null = null;
    for (let at = id; at !== null; ) {
      const kept = known.get(at);
      if (kept !== undefined) {
        agent = kept;
        break;
      }
      // Entered before it is known, so that a circle ends here.
      known.set(at, null);
      passed.push(at);
      const span = spans.get(at);
      if (!span) break;
      if (span.kind === "agent") {
        agent = span.name;
        break;
      }
      at = span.parent;
    }
    for (const each of passed) known.set(each, agent);
    return agent;
  }

  for (const event of events) {
    const own = event.span_id ? spans.get(event.span_id) : undefined;
    const agent = agentOf(own?.kind === "agent" ? own.parent : own ? own.id : parentOf(event, within));
    if (agent) found.set(event.index, agent);
  }
  return found;
}

export function nameOf(event: OutlinedEvent): string {
  const said = event.payload ?? {};
  const name = said.name ?? said.tool_name ?? said.agent_type ?? said.model ?? said.path ?? said.action;
  return typeof name === "string" && name ? name : event.type.replaceAll("_", " ");
}

export function isFailure(event: OutlinedEvent): boolean {
  const said = event.payload ?? {};
  if (event.type === "goal_check") return said.passed === false;
  return event.type === "error" || (said.error !== undefined && said.error !== null && said.error !== false && said.error !== "");
}

/** What a reader of the conversation sees of a payload, in one text. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(value, null, 2);
}

/** The event that a file change came from, which tells the edit where the change itself does not. */
export function callOf(run: Run, event: OutlinedEvent): number | null {
  if (event.type !== "file_change") return null;
  const index = run.byId.get(event.parent_id ?? textOf(event.payload?.call_id));
  return index === undefined || index === event.index ? null : index;
}

/** Each event's text is made once: a long run is searched at every key. */
const TEXTS = new WeakMap<LedgerEvent, string>();

function searchable(event: LedgerEvent): string {
  let text = TEXTS.get(event);
  if (text === undefined) {
    text = `${event.type} ${event.payload === null ? "" : JSON.stringify(event.payload)}`.toLowerCase();
    TEXTS.set(event, text);
  }
  return text;
}

/** The indexes of the events that say a text, without regard to case. Of those known in outline nobody can tell. */
export function eventsWith(events: Events, text: string): number[] {
  const wanted = text.toLowerCase();
  return events.flatMap((event) => (isWhole(event) && searchable(event).includes(wanted) ? [event.index] : []));
}

export function isWhole(event: OutlinedEvent | undefined): event is LedgerEvent {
  return event !== undefined && "integrity_hash" in event;
}
