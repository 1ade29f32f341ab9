/** A table of runs that stays quick with ten thousand rows: only those in sight are drawn. */

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import type { Session } from "../../api/types";
import { Cost, Count, duration, Labels, State, When } from "../../ui/format";

const HEIGHT = 62;
const COLUMNS = ["Run", "Status", "Model", "Started", "Took", "Events", "Tokens", "Cost"];

export function RunTable({ rows, more, onEnd }: { rows: Session[]; more: boolean; onEnd: () => void }) {
  const body = useRef<HTMLDivElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => HEIGHT,
    overscan: 12,
    scrollMargin: body.current?.offsetTop ?? 0,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;

  useEffect(() => {
    if (more && last >= rows.length - 20) onEnd();
  }, [last, rows.length, more, onEnd]);

  return (
    <div className="runs" role="table" aria-label="Runs" aria-rowcount={rows.length + 1}>
      <div className="run head" role="row">
        {COLUMNS.map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      <div ref={body} role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {shown.map((place) => {
          const run = rows[place.index];
          return (
            run && (
              <div
                key={run.id}
                role="row"
                aria-rowindex={place.index + 2}
                ref={virtual.measureElement}
                data-index={place.index}
                className="run"
                style={{ transform: `translateY(${place.start - virtual.options.scrollMargin}px)` }}
              >
                <Row run={run} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Row({ run }: { run: Session }) {
  const place = [run.agent ?? run.tool, run.repo || run.project_name, run.author].filter(Boolean).join(" · ");
  return (
    <>
      <span role="cell" className="what">
        <Link href={`/runs/${encodeURIComponent(run.id)}`}>{run.summary || run.user_goal || run.id}</Link>
        <span className="soft">{place}</span>
      </span>
      <span role="cell" className="states">
        <State value={run.status} /> <Labels values={run.labels} />
      </span>
      <span role="cell" className="model" title={run.models.join(", ")}>
        {run.model || "–"}
      </span>
      <span role="cell">
        <When at={run.started_at} />
      </span>
      <span role="cell">{duration(run.duration_secs ? run.duration_secs * 1_000 : null)}</span>
      <span role="cell">
        <Count value={run.event_count} />
      </span>
      <span role="cell">
        <Count value={run.total_tokens} />
      </span>
      <span role="cell">
        <Cost value={run.cost} />
      </span>
    </>
  );
}
