import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LedgerEvent, OutlinedEvent } from "../../api/types";
import { PAGE, PART, Reader } from "./reader";
import { isWhole } from "./run";

/** A ledger of `length` events behind `fetch`, and what was asked of it. */
let length = 0;
let asked: string[] = [];
let refuse: (url: URL) => boolean = () => false;
/** Events that an answer holds at most, as answers are bounded in bytes. */
let most = Number.POSITIVE_INFINITY;

function outlined(index: number): OutlinedEvent {
  return { index, seq: index * 10, id: `evt_${index}`, type: "user_message", timestamp: "2026-03-21T10:00:00Z", span_id: null, parent_id: null, payload: {}, metadata: null };
}

function whole(index: number): LedgerEvent {
  return { ...outlined(index), payload: { content: `said ${index}` }, received_at: "", actor: null, integrity_hash: "h", prev_hash: "p" };
}

beforeEach(() => {
  asked = [];
  refuse = () => false;
  most = Number.POSITIVE_INFINITY;
  vi.stubGlobal("fetch", async (address: string) => {
    const url = new URL(address, "http://localhost");
    const [from, limit] = ["from_index", "limit"].map((name) => Number(url.searchParams.get(name))) as [number, number];
    const what = url.pathname.split("/").at(-1) as string;
    asked.push(`${what} ${from}+${limit}`);
    if (refuse(url)) return new Response(JSON.stringify({ error: { code: "internal_error", message: "no" } }), { status: 500 });
    const end = Math.min(length, from + Math.min(limit, most));
    const events = Array.from({ length: Math.max(0, end - from) }, (_, at) => (what === "outline" ? outlined(from + at) : whole(from + at)));
    const next = end < length ? end : null;
    return new Response(JSON.stringify(what === "outline" ? { events, next_index: next } : { events, next_cursor: next === null ? null : "more" }));
  });
});
afterEach(() => vi.unstubAllGlobals());

async function opened(events: number): Promise<Reader> {
  length = events;
  const reader = new Reader("trc");
  reader.open();
  reader.expect(events);
  await vi.waitFor(() => expect(reader.reading.outlined || reader.reading.error).toBeTruthy());
  return reader;
}

function wholes(reader: Reader): number[] {
  return reader.reading.events.flatMap((event, index) => (isWhole(event) ? [index] : []));
}

describe("a reader", () => {
  it("reads a short run in one request", async () => {
    const reader = await opened(PAGE);
    expect(asked).toEqual([`events 0+${PAGE}`]);
    expect(reader.reading).toMatchObject({ total: PAGE, whole: PAGE, error: null });
  });

  it("reads nothing of a run without events", async () => {
    expect((await opened(0)).reading).toMatchObject({ total: 0, whole: 0, outlined: true });
  });

  it("knows a long run by its outline, of which it reads each event once", async () => {
    const reader = await opened(30_000);
    expect(asked[0]).toBe(`events 0+${PAGE}`);
    expect(asked.slice(1).every((each) => each.startsWith("outline"))).toBe(true);
    expect(asked.length).toBe(1 + 30_000 / PART);
    expect(reader.reading.events.every((event, index) => event?.index === index)).toBe(true);
    expect(reader.reading).toMatchObject({ total: 30_000, whole: PAGE });
  });

  it("goes on where an answer was cut", async () => {
    most = 70;
    const reader = await opened(500);
    expect(reader.reading.events.length).toBe(500);
    expect(reader.reading.events.every((event) => event !== undefined)).toBe(true);
  });

  it("derives anew at doublings, and when the last event is there", async () => {
    const reader = await opened(30_000);
    expect(reader.reading.shape).toBeLessThanOrEqual(6);
    expect(reader.reading.shape).toBeGreaterThanOrEqual(2);
  });

  it("reads in full what is in sight, and nothing else", async () => {
    const reader = await opened(30_000);
    asked = [];
    reader.look(20_050, 20_120);
    await vi.waitFor(() => expect(wholes(reader).at(-1)).toBe(20_199));
    expect(asked).toEqual(["events 20000+100", "events 20100+100"]);
    asked = [];
    reader.look(20_060, 20_110);
    expect(asked).toEqual([]);
  });

  it("leaves out what was passed by while it was busy", async () => {
    const reader = await opened(30_000);
    asked = [];
    for (let at = 1_000; at < 20_000; at += 1_000) reader.look(at, at + 10);
    await vi.waitFor(() => expect(isWhole(reader.reading.events[19_010])).toBe(true));
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it("reads one that is needed", async () => {
    const reader = await opened(1_000);
    reader.need(777);
    await vi.waitFor(() => expect(isWhole(reader.reading.events[777])).toBe(true));
  });

  it("reads one again that was changed", async () => {
    const reader = await opened(1_000);
    const before = reader.reading.events[7];
    reader.again(7);
    expect(isWhole(reader.reading.events[7])).toBe(false);
    await vi.waitFor(() => expect(reader.reading.whole).toBe(PAGE));
    expect(reader.reading.events[7]).toEqual(before);
    expect(asked.at(-1)).toBe("events 7+93");
  });

  it("reads all when asked to, each once", async () => {
    const reader = await opened(12_345);
    reader.readAll();
    await vi.waitFor(() => expect(reader.reading.whole).toBe(12_345));
    expect(asked.filter((each) => each.startsWith("events")).length).toBe(1 + 13);
  });

  it("reads on from where it was", async () => {
    const reader = await opened(150);
    length = 160;
    await reader.readOn();
    expect(reader.reading.total).toBe(160);
    expect(asked.at(-1)).toBe("events 150+1000");
  });

  it("takes in what came while it was still opening", async () => {
    length = 150;
    const reader = new Reader("trc");
    reader.open();
    await reader.readOn();
    reader.expect(150);
    length = 155;
    await vi.waitFor(() => expect(reader.reading.events.length).toBe(155));
  });

  it("says what went wrong, stops, and goes on when asked", async () => {
    refuse = (url) => url.pathname.endsWith("outline");
    const reader = await opened(30_000);
    expect(reader.reading.error).toMatchObject({ message: "no" });
    const before = asked.length;
    reader.look(500, 510);
    expect(asked.length).toBe(before);
    refuse = () => false;
    reader.open();
    await vi.waitFor(() => expect(reader.reading).toMatchObject({ outlined: true, error: null }));
    await vi.waitFor(() => expect(isWhole(reader.reading.events[505])).toBe(true));
  });

  it("ends when it is closed", async () => {
    length = 30_000;
    const reader = new Reader("trc");
    reader.open()();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reader.reading.error).toBeNull();
    expect(asked.length).toBeLessThanOrEqual(1);
  });
});
