/** Where moments of a run stand on a track, with the time in which nothing happens shortened. */

import type { Span } from "./run";

/** A pause counts at most this part of the time in which something happens, but no less than a second. */
const LONGEST_PAUSE = 1 / 100;

export interface Scale {
  /** Milliseconds from the run's first moment to its last. */
  total: number;
  /** Whether pauses are shortened. */
  shortened: boolean;
  /** The place of a moment, 0 to 1. */
  at(moment: number): number;
}

export function scaleOf(spans: readonly Span[]): Scale {
  const busy = busyTimes(spans);
  const first = busy[0]?.[0] ?? 0;
  const last = busy.at(-1)?.[1] ?? first;
  const worked = busy.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const longest = Math.max(1_000, worked * LONGEST_PAUSE);
  // Where each busy time begins, in time and on the track.
  const places: number[] = [];
  let length = 0;
  let shortened = false;
  busy.forEach(([begin, end], index) => {
    const pause = begin - (busy[index - 1]?.[1] ?? begin);
    shortened ||= pause > longest;
    length += Math.min(pause, longest);
    places.push(length);
    length += end - begin;
  });

  function at(moment: number): number {
    let low = 0;
    let high = busy.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((busy[middle]?.[0] ?? 0) <= moment) low = middle;
      else high = middle - 1;
    }
    const [begin, end] = busy[low] ?? [0, 0];
    return length === 0 ? 0 : ((places[low] ?? 0) + Math.min(Math.max(moment - begin, 0), end - begin)) / length;
  }

  return { total: last - first, shortened, at };
}

/** The times in which at least one span goes on, in their order. Of an open span only its beginning is known. */
function busyTimes(spans: readonly Span[]): [number, number][] {
  const found: [number, number][] = [];
  const times = spans.map((span): [number, number] => [span.start, span.end ?? span.start]).sort((a, b) => a[0] - b[0]);
  for (const [begin, end] of times) {
    const before = found.at(-1);
    if (before && begin <= before[1]) before[1] = Math.max(before[1], end);
    else found.push([begin, end]);
  }
  return found;
}
