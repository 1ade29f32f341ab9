/** Spans in time: one row each, children below and inside their parents. Arrow keys move through them. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { duration } from "../../ui/format";
import type { Span } from "./run";
import { scaleOf } from "./scale";

const HEIGHT = 28;

interface Props {
  spans: Span[];
  /** Whether these are the spans of all events. */
  complete: boolean;
  selected: number | null;
  critical: number | null;
  onSelect: (index: number) => void;
}

export function Waterfall({ spans, complete, selected, critical, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: spans.length,
    getScrollElement: () => box.current,
    estimateSize: () => HEIGHT,
    overscan: 20,
  });
  const at = useMemo(() => place(spans, selected), [spans, selected]);
  const scale = useMemo(() => scaleOf(spans), [spans]);

  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);

  function move(event: KeyboardEvent) {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -spans.length, End: spans.length };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = spans[Math.max(0, Math.min(spans.length - 1, at + step))];
    if (next) onSelect(next.first);
  }

  return (
    <section className="pane" aria-label="Timeline">
      <h2>Timeline</h2>
      <p className="soft">
        {spans.length.toLocaleString("en")} steps{complete ? spans.length > 0 && ` over ${duration(scale.total)}` : " so far"}
        {scale.shortened && ", pauses shortened"}
      </p>
      <div ref={box} className="pane-body waterfall" role="listbox" aria-label="Steps" tabIndex={0} onKeyDown={move} aria-activedescendant={at >= 0 ? `span-${at}` : undefined}>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const span = spans[index];
            if (!span) return null;
            return (
              <div
                key={span.id}
                id={`span-${index}`}
                role="option"
                aria-selected={index === at}
                className={`span ${span.failed ? "failed" : ""} ${span.first === critical || span.last === critical ? "critical" : ""}`}
                style={{ transform: `translateY(${start}px)`, height: HEIGHT }}
                onClick={() => onSelect(span.first)}
              >
                <span className="span-name" style={{ paddingLeft: `${Math.min(span.depth, 12) * 0.8}rem` }} title={`${span.kind}: ${span.name}`}>
                  <i className={`kind ${span.kind}`} aria-hidden="true" />
                  {span.name}
                  {span.failed && <span className="visually-hidden"> failed</span>}
                </span>
                <span className="span-track" aria-hidden="true">
                  <span
                    className={`span-bar ${span.kind}`}
                    style={{ left: `min(100% - 3px, ${scale.at(span.start) * 100}%)`, width: `max(3px, ${((span.end === null ? 1 : scale.at(span.end)) - scale.at(span.start)) * 100}%)` }}
                  />
                </span>
                <span className="span-took">{span.end === null ? "open" : duration(span.took)}</span>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

/** The row of the span that an event belongs to, or the last one that begins before it. */
function place(spans: Span[], selected: number | null): number {
  if (selected === null) return -1;
  const own = spans.findIndex((span) => span.first === selected || span.last === selected);
  if (own >= 0) return own;
  let best = -1;
  spans.forEach((span, index) => {
    if (span.first <= selected && (best < 0 || span.first > (spans[best]?.first ?? -1))) best = index;
  });
  return best;
}
