/** A run as its events tell it: spans with their places in time, and what was said and done in order. */

import type { LedgerEvent } from "../../api/types";

export interface Span {
  id: string;
  parent: string | null;
  kind: string;
  name: string;
  start: number;
  end: number | null;
  failed: boolean;
  depth: number;
  /** Indexes of its events: where it begins, and where it ends. */
  first: number;
  last: number;
}

const ENDS = new Set(["tool_result", "subagent_stop"]);
const KINDS: Record<string, string> = { tool_result: "tool_call", subagent_start: "agent", subagent_stop: "agent" };

/** The spans of a run, parents before their children, each level by its start; an event without a span is one of its own. */
export function spansOf(events: readonly LedgerEvent[]): Span[] {
  const spans = new Map<string, Span>();
  for (const event of events) {
    const id = event.span_id ?? `event:${event.index}`;
    const at = Date.parse(event.timestamp);
    const known = spans.get(id);
    if (known) {
      known.end = Math.max(at, known.start);
      known.last = event.index;
      known.failed ||= isFailure(event);
      if (!known.name) known.name = nameOf(event);
    } else if (event.span_id || STEPS.has(event.type)) {
      const whole = event.span_id === null || (phase(event) === undefined && !opens(event));
      const took = Number(event.payload?.duration_ms ?? event.payload?.latency_ms ?? 0) || 0;
      spans.set(id, {
        id,
        parent: event.parent_id,
        kind: KINDS[event.type] ?? event.type,
        name: nameOf(event),
        start: whole ? at - took : at,
        end: whole ? at : null,
        failed: isFailure(event),
        depth: 0,
        first: event.index,
        last: event.index,
      });
    }
  }
  return nested(spans);
}

const STEPS = new Set(["error", "goal_check", "compaction", "commit", "file_change", "llm_call", "retrieval", "browser_action"]);

function opens(event: LedgerEvent): boolean {
  return event.type === "tool_call" || event.type === "subagent_start";
}

function phase(event: LedgerEvent): unknown {
  return event.payload?.phase ?? (ENDS.has(event.type) ? "end" : undefined);
}

/** Depth first. A parent that lies below its own child, which a broken client may say, is no parent. */
function nested(spans: Map<string, Span>): Span[] {
  const children = new Map<string | null, Span[]>();
  for (const span of spans.values()) {
    const parent = span.parent !== null && spans.has(span.parent) && !circular(span, spans) ? span.parent : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  const found: Span[] = [];
  const waiting: [Span, number][] = byStart(children.get(null)).map((span) => [span, 0]);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [span, depth] = next;
    span.depth = depth;
    found.push(span);
    waiting.push(...byStart(children.get(span.id)).map((child): [Span, number] => [child, depth + 1]));
  }
  return found;
}

/** Last first: they are taken from the end. */
function byStart(spans: Span[] | undefined): Span[] {
  return [...(spans ?? [])].sort((a, b) => b.start - a.start || b.first - a.first);
}

function circular(span: Span, spans: Map<string, Span>): boolean {
  const seen = new Set<string>();
  for (let above: Span | undefined = span; above; above = above.parent ? spans.get(above.parent) : undefined) {
    if (seen.has(above.id)) return true;
    seen.add(above.id);
  }
  return false;
}

export function nameOf(event: LedgerEvent): string {
  const said = event.payload ?? {};
  const name = said.name ?? said.tool_name ?? said.agent_type ?? said.model ?? said.path ?? said.action;
  return typeof name === "string" && name ? name : event.type.replaceAll("_", " ");
}

export function isFailure(event: LedgerEvent): boolean {
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
