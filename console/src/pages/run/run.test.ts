import { describe, expect, it } from "vitest";
import type { LedgerEvent } from "../../api/types";
import { editOf, patchOf } from "./changes";
import { placesOf } from "./Recordings";
import { eventsWith, runOf } from "./run";
import { scaleOf } from "./scale";

let count = 0;

function event(type: string, given: Partial<LedgerEvent> = {}): LedgerEvent {
  const index = count++;
  return {
    index,
    seq: index,
    id: `evt_${index}`,
    type,
    timestamp: new Date(index * 1_000).toISOString(),
    received_at: "",
    actor: null,
    span_id: null,
    parent_id: null,
    payload: {},
    metadata: null,
    integrity_hash: "",
    prev_hash: "",
    ...given,
  };
}

function run(...given: (() => LedgerEvent)[]) {
  count = 0;
  return runOf(given.map((each) => each()));
}

function events(...given: (() => LedgerEvent)[]) {
  count = 0;
  return given.map((each) => each());
}

describe("a run", () => {
  it("puts children below their parents, each level by its start", () => {
    const { spans } = run(
      () => event("tool_call", { span_id: "b", parent_id: "a" }),
      () => event("tool_call", { span_id: "a" }),
      () => event("tool_result", { span_id: "b" }),
      () => event("tool_result", { span_id: "a" }),
    );
    expect(spans.map(({ id, depth, took }) => [id, depth, took])).toEqual([["a", 0, 2_000], ["b", 1, 2_000]]);
  });

  it("says of a model call without latency nothing about how long it took", () => {
    const { spans } = run(() => event("llm_call", { payload: { model: "m" } }), () => event("llm_call", { payload: { latency_ms: 0 } }));
    expect(spans.map(({ took }) => took)).toEqual([null, 0]);
  });

  it("shows every span of a circle once", () => {
    const { spans } = run(
      () => event("tool_call", { span_id: "a", parent_id: "b" }),
      () => event("tool_call", { span_id: "b", parent_id: "a" }),
      () => event("tool_call", { span_id: "c", parent_id: "c" }),
    );
    expect(spans.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
  });

  it("puts a sub-agent's steps inside it, whether by their parent or by the agent's id", () => {
    const { spans, agents } = run(
      () => event("subagent_start", { span_id: "s", payload: { agent_type: "explore" } }),
      () => event("tool_call", { span_id: "t", metadata: { agent_id: "a7" } }),
      () => event("agent_message", { parent_id: "s" }),
      () => event("subagent_stop", { span_id: "s", payload: { agent_id: "a7" } }),
    );
    expect(spans.find(({ id }) => id === "t")?.depth).toBe(1);
    expect([...agents]).toEqual([[1, "explore"], [2, "explore"]]);
  });

  it("orders a chain as deep as it is long", () => {
    const { spans } = run(...Array.from({ length: 20_000 }, (_, at) => () => event("tool_call", { span_id: `s${at}`, parent_id: at ? `s${at - 1}` : null })));
    expect(spans.at(-1)?.depth).toBe(19_999);
  });

  it("finds what events say", () => {
    const said = events(() => event("user_message", { payload: { content: "To Lisbon" } }), () => event("llm_call"), () => event("error", { payload: null }));
    expect(eventsWith(said, "lisbon")).toEqual([0]);
    expect(eventsWith(said, "llm")).toEqual([1]);
    expect(eventsWith([undefined, ...said.slice(1)], "l")).toEqual([1]);
  });
});

describe("the track", () => {
  it("shortens pauses, and keeps the order and the length of what happens", () => {
    const hour = 3_600_000;
    const { spans } = run(
      () => event("tool_call", { span_id: "a", timestamp: new Date(0).toISOString() }),
      () => event("tool_result", { span_id: "a", timestamp: new Date(10_000).toISOString() }),
      () => event("tool_call", { span_id: "b", timestamp: new Date(9 * hour).toISOString() }),
      () => event("tool_result", { span_id: "b", timestamp: new Date(9 * hour + 10_000).toISOString() }),
    );
    const scale = scaleOf(spans);
    const [a, b, c, d] = [0, 10_000, 9 * hour, 9 * hour + 10_000].map(scale.at) as [number, number, number, number];
    expect([scale.total, scale.shortened, a, d]).toEqual([9 * hour + 10_000, true, 0, 1]);
    expect(b - a).toBeCloseTo(d - c);
    expect(c - b).toBeLessThan(0.1);
  });

  it("is one point for a run of one moment", () => {
    expect(scaleOf(run(() => event("llm_call")).spans).at(0)).toBe(0);
    expect(scaleOf([]).at(5)).toBe(0);
  });
});

describe("a recording", () => {
  it("knows its events by seq, by their id or their span's, and leaves out what the run has not", () => {
    const found = run(() => event("tool_call", { span_id: "a" }), () => event("screenshot", { seq: 7 }));
    expect(placesOf({ 7: 3_000, a: 1_500, evt_1: 2_000, gone: 1 }, found)).toEqual([
      { index: 0, at: 1.5 },
      { index: 1, at: 2 },
      { index: 1, at: 3 },
    ]);
  });
});

describe("a file change", () => {
  it("is told by the edit's arguments, with what stays around it", () => {
    const call = { tool_name: "Edit", arguments: { old_string: "a\nb\nc", new_string: "a\nB\nc" } };
    expect(editOf(call)).toBe("@@ @@\n a\n-b\n+B\n c");
  });

  it("is all new of a file that is written", () => {
    expect(editOf({ tool_name: "Write", arguments: { file_path: "x", content: "1\n2\n" } })).toBe("+1\n+2");
    expect(editOf({ tool_name: "Read", arguments: { file_path: "x" } })).toBeNull();
  });

  it("may be recorded as hunks", () => {
    expect(patchOf({ structured_patch: [{ oldStart: 1, newStart: 1, lines: ["-a", "+b"] }] })).toBe("@@ -1 +1 @@\n-a\n+b");
  });
});
