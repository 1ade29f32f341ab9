/** What was said and done, in the ledger's order. Everything recorded is text here: nothing of it is run or loaded. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef } from "react";
import { EventCard, EventLine } from "./EventCard";
import { Find } from "./Find";
import type { Reader, Reading } from "./reader";
import { callOf, isWhole, type Run } from "./run";

interface Props {
  id: string;
  reader: Reader;
  reading: Reading;
  run: Run;
  selected: number | null;
  critical: number | null;
  onSelect: (index: number) => void;
}

export function Conversation({ id, reader, reading, run, selected, critical, onSelect }: Props) {
  const { events, total } = reading;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: (index) => (events[index]?.type.endsWith("message") ? 140 : 72),
    overscan: 8,
    gap: 8,
  });
  const rows = virtual.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? -1;

  useEffect(() => {
    reader.look(first, last);
  }, [reader, first, last, total]);

  useEffect(() => {
    for (let index = first; index <= last; index += 1) {
      const event = events[index];
      const call = event ? callOf(run, event) : null;
      if (call !== null) reader.need(call);
    }
  }, [reader, run, events, first, last]);

  // What was selected stays in sight while the events around it are read and grow, until the reader scrolls on.
  const held = useRef<number | null>(null);
  const letGo = () => {
    held.current = null;
  };
  useEffect(() => {
    held.current = selected;
  }, [selected]);
  useEffect(() => {
    if (held.current !== null && held.current < total) virtual.scrollToIndex(held.current, { align: "center" });
  }, [selected, reading.whole, total > 0, virtual]);

  const again = useCallback((index: number) => reader.again(index), [reader]);
  const search = useCallback(() => reader.readAll(), [reader]);
  const jumps: [name: string, to: number | null][] = [
    ["First", 0],
    ["Critical step", critical],
    ["Last", total - 1],
  ];
  return (
    <section className="pane" aria-label="Conversation">
      <div className="row between">
        <h2>
          Conversation <small className="soft">{total.toLocaleString("en")} events</small>
        </h2>
        <div className="row" role="group" aria-label="Go to">
          {jumps.map(
            ([name, to]) =>
              to !== null && (
                <button key={name} type="button" className="plain reference" onClick={() => onSelect(to)}>
                  {name}
                </button>
              ),
          )}
        </div>
      </div>
      <Find reading={reading} selected={selected} onSelect={onSelect} onSearch={search} />
      <div ref={box} className="pane-body" tabIndex={0} role="feed" aria-label="Events" onWheel={letGo} onPointerDown={letGo} onKeyDown={letGo} onTouchMove={letGo}>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {rows.map(({ index, start }) => {
            const event = events[index];
            const call = event && events[callOf(run, event) ?? -1];
            return (
              <div key={index} ref={virtual.measureElement} data-index={index} className="placed" style={{ transform: `translateY(${start}px)` }}>
                {isWhole(event) ? (
                  <EventCard
                    id={id}
                    event={event}
                    agent={run.agents.get(index)}
                    call={isWhole(call) ? call : undefined}
                    selected={index === selected}
                    critical={index === critical}
                    onSelect={onSelect}
                    onErased={again}
                  />
                ) : (
                  <EventLine event={event} />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
