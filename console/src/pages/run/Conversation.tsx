/** What was said and done, in the ledger's order. Everything recorded is text here: nothing of it is run or loaded. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { EventCard } from "./EventCard";
import { Find } from "./Find";
import type { Run } from "./run";

interface Props {
  id: string;
  run: Run;
  selected: number | null;
  critical: number | null;
  onSelect: (index: number) => void;
}

export function Conversation({ id, run, selected, critical, onSelect }: Props) {
  const { events } = run;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => (events[index]?.type.endsWith("message") ? 140 : 72),
    getItemKey: (index) => events[index]?.id ?? index,
    overscan: 8,
    gap: 8,
  });

  useEffect(() => {
    if (selected !== null && selected < events.length) virtual.scrollToIndex(selected, { align: "center" });
    // Only a new selection scrolls, not each page of events that arrives.
  }, [selected]);

  return (
    <section className="pane" aria-label="Conversation">
      <div className="row between">
        <h2>Conversation</h2>
        <span className="soft">{events.length.toLocaleString("en")} events</span>
      </div>
      <Find events={events} selected={selected} onSelect={onSelect} />
      <div ref={box} className="pane-body" tabIndex={0} role="feed" aria-label="Events">
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const event = events[index];
            return (
              event && (
                <div key={event.id} ref={virtual.measureElement} data-index={index} className="placed" style={{ transform: `translateY(${start}px)` }}>
                  <EventCard id={id} event={event} run={run} selected={index === selected} critical={index === critical} onSelect={onSelect} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </section>
  );
}
