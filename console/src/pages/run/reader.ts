/** Reads a run: its first events, then all of it in outline, and in full what is looked at. */

import { ask } from "../../api/client";
import type { EventPage, OutlinedEvent, OutlinePart } from "../../api/types";
import { type Events, isWhole } from "./run";

/** Events of a page in full; of one when all of them are wanted; of a part of the outline. */
export const PAGE = 100;
const LARGE_PAGE = 1_000;
export const PART = 2_500;
/** Requests at a time. */
const LANES = 3;

/** What is known of a run at a moment. */
export interface Reading {
  /** By their index; where nothing was read yet there is none. Filled in place: `shape` and `whole` tell that it was. */
  events: Events;
  /** How many events the run has, as far as is known. */
  total: number;
  /** Whether all of them are known, be it in outline. */
  outlined: boolean;
  /** How many are known in full. */
  whole: number;
  /** Rises when what follows from all events is to be derived anew. */
  shape: number;
  error: unknown;
}

export class Reader {
  private readonly events: (OutlinedEvent | undefined)[] = [];
  private readonly listeners = new Set<() => void>();
  private ended = new AbortController();
  private tellTotal: (total: number) => void = () => undefined;
  private readonly saidTotal = new Promise<number>((resolve) => {
    this.tellTotal = resolve;
  });
  private known = 0;
  private shaped = 0;
  private growing = false;
  private grown = false;
  private sight: [first: number, last: number] = [0, -1];
  private readonly needed = new Set<number>();
  private all = false;
  private readonly flying = new Set<number>();
  private lanes = 0;

  reading: Reading = { events: this.events, total: 0, outlined: false, whole: 0, shape: 0, error: null };

  constructor(private readonly id: string) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Begin, or go on after an error, until the returned function is called. */
  readonly open = (): (() => void) => {
    this.ended.abort();
    this.ended = new AbortController();
    this.flying.clear();
    this.lanes = 0;
    if (this.reading.error !== null) this.tell({ error: null });
    this.flying.add(0);
    void this.guarded(async () => {
      const begin = this.page(0, PAGE).then((page) => {
        this.flying.delete(0);
        return this.take(page);
      });
      // Of a long run both are asked for at once; of a short one the page is all.
      const [first, drawn] = await Promise.all([begin, this.saidTotal.then((total) => total > PAGE && this.outline(0, total))]);
      if (first.next_cursor !== null && !drawn) await this.outline(this.events.length, this.reading.total);
      this.tell({ outlined: true });
      this.fill();
      if (this.grown) await this.grow();
    });
    return () => this.ended.abort();
  };

  /** Say how many events the run's HEAD counts. */
  expect(total: number): void {
    this.tellTotal(total);
    if (total > this.reading.total) this.tell({ total });
  }

  /** Say which events are in sight: these are read in full, and first. */
  look(first: number, last: number): void {
    this.sight = [first, last];
    this.fill();
  }

  /** Ask for one event in full. */
  need(index: number): void {
    this.needed.add(index);
    this.fill();
  }

  /** Read one event again: it is not what it was. */
  again(index: number): void {
    const event = this.events[index];
    if (!isWhole(event)) return;
    const { integrity_hash: _, ...outlined } = event;
    this.events[index] = outlined;
    this.tell({ whole: this.reading.whole - 1 });
    this.need(index);
  }

  /** Ask for all events in full. */
  readAll(): void {
    this.all = true;
    this.fill();
  }

  /** Read what was recorded since. */
  async readOn(): Promise<void> {
    this.grown = true;
    if (this.reading.outlined && !this.growing) await this.guarded(() => this.grow());
  }

  private async grow(): Promise<void> {
    this.growing = true;
    try {
      while (this.grown) {
        this.grown = false;
        let next: string | null;
        do {
          next = this.take(await this.page(this.events.length, LARGE_PAGE)).next_cursor;
        } while (next !== null);
      }
    } finally {
      this.growing = false;
    }
  }

  /** The outline from an event on, in parts side by side. The last part goes on to wherever the run ends. */
  private async outline(from: number, total: number): Promise<true> {
    const starts: number[] = [];
    for (let at = from; at < Math.max(total, from + 1); at += PART) starts.push(at);
    const last = starts.at(-1);

    const lane = async () => {
      for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
        const end = start === last ? Number.POSITIVE_INFINITY : start + PART;
        for (let at: number | null = start; at !== null && at < end; ) {
          const part: OutlinePart = await this.ask("outline", { from_index: at, limit: Math.min(PART, end - at) });
          this.put(part.events);
          at = part.next_index;
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return true;
  }

  /** Read in full what is in sight, then what is needed, then, if asked for, the rest. */
  private fill(): void {
    while (this.lanes < LANES && this.reading.error === null) {
      const next = this.missing();
      if (!next) return;
      const [from, limit] = next;
      const pages: number[] = [];
      for (let page = pageOf(from); page <= pageOf(from + limit - 1); page += 1) pages.push(page);
      for (const page of pages) this.flying.add(page);
      this.lanes += 1;
      const ended = this.ended;
      void this.guarded(async () => {
        const read = this.take(await this.page(from, limit));
        if (read.events.length === 0) throw new Error("The run is shorter than it was. Load this page again.");
      }).then(() => {
        if (ended !== this.ended) return;
        for (const page of pages) this.flying.delete(page);
        this.lanes -= 1;
        this.fill();
      });
    }
  }

  /** The next range to read in full: what its page lacks. */
  private missing(): [from: number, limit: number] | null {
    const lacks = (index: number) => index < this.reading.total && !isWhole(this.events[index]) && !this.flying.has(pageOf(index));
    const rest = (index: number): [number, number] => {
      let from = pageOf(index) * PAGE;
      while (!lacks(from)) from += 1;
      return [from, PAGE - (from % PAGE)];
    };
    for (let index = this.sight[0]; index <= this.sight[1]; index += 1) if (lacks(index)) return rest(index);
    for (const index of this.needed) {
      if (isWhole(this.events[index])) this.needed.delete(index);
      else if (lacks(index)) return rest(index);
    }
    if (!this.all) return null;
    for (let index = 0; index < this.reading.total; index += 1) if (lacks(index)) return [index, LARGE_PAGE - (index % LARGE_PAGE)];
    return null;
  }

  private page(from: number, limit: number): Promise<EventPage> {
    return this.ask("events", { from_index: from, limit });
  }

  private ask<T>(what: string, query: Record<string, number>): Promise<T> {
    return ask<T>(`/api/traces/${encodeURIComponent(this.id)}/${what}`, { query, signal: this.ended.signal });
  }

  private take(page: EventPage): EventPage {
    this.put(page.events);
    return page;
  }

  private put(events: readonly OutlinedEvent[]): void {
    let whole = this.reading.whole;
    let added = false;
    for (const event of events) {
      const before = this.events[event.index];
      if (before === undefined) {
        this.known += 1;
        added = true;
      }
      if (isWhole(event) && !isWhole(before)) whole += 1;
      if (before === undefined || isWhole(event)) this.events[event.index] = event;
    }
    const total = Math.max(this.reading.total, this.events.length);
    // What is derived from all events costs as much as there are: at each doubling, and when none lacks, so that it stays linear.
    const shape = added && (this.known >= total || this.known >= 2 * this.shaped);
    if (shape) this.shaped = this.known;
    this.tell({ whole, total, shape: this.reading.shape + (shape ? 1 : 0) });
  }

  private tell(news: Partial<Reading>): void {
    this.reading = { ...this.reading, ...news };
    for (const listener of this.listeners) listener();
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    const { signal } = this.ended;
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) this.tell({ error });
    }
  }
}

function pageOf(index: number): number {
  return Math.floor(index / PAGE);
}
