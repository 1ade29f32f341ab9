/** A long run, such as an agent makes that works for days. */

import type { Site } from "./browser";

const BATCH = 500;
const START = Date.UTC(2026, 2, 21, 9);
const WORDS = "The failing test compares the rounded total with the one before tax, so the fix belongs into the rounding. I read the function first, then change it and run the suite again. ";

/** Record `count` events, a multiple of five: in turn prompt, model call, answer, tool call and its result. One call in 500 fails. */
export async function recordLongRun(site: Site, id: string, count: number): Promise<void> {
  await site.api("/api/traces", { method: "POST", body: { id, user_goal: `${count} events` } });
  for (let first = 0; first < count; first += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, count - first) }, (_, at) => eventOf(first + at));
    await site.api(`/api/traces/${id}/events`, { method: "POST", body: { events } });
  }
}

/** How many spans these events draw: a model call is one, a call with its result another. */
export function spansOf(count: number): number {
  return (count / 5) * 2;
}

function eventOf(number: number): object {
  const said = `Step ${number}. ${WORDS.slice(number % 40)}`;
  const call = `call_${Math.floor(number / 5)}`;
  const fails = Math.floor(number / 5) % 500 === 499;
  const kinds = [
    ["user_message", { content: said }],
    ["llm_call", { model: "claude-sonnet-4-5", input_tokens: 100, output_tokens: 300, cache_read_tokens: 30_000, cost_usd: 0.0123, latency_ms: 2100 }],
    ["agent_message", { content: said + WORDS }],
    ["tool_call", { tool_name: ["Read", "Edit", "Bash"][Math.floor(number / 5) % 3], arguments: { file_path: `/src/app/module_${number % 50}.py`, why: WORDS }, call_id: call }],
    ["tool_result", { call_id: call, duration_ms: 120 + (number % 900), ...(fails ? { error: "exit status 1" } : { result: said + WORDS + WORDS }) }],
  ] as const;
  const [type, payload] = kinds[number % 5] as (typeof kinds)[number];
  return { type, payload, timestamp: new Date(START + number * 1_000).toISOString(), ...(type.startsWith("tool") ? { span_id: call } : {}) };
}
