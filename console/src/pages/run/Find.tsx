/** Find what a run says: as one types, with a way from each place to the next. */

import { useDeferredValue, useMemo, type KeyboardEvent } from "react";
import type { LedgerEvent } from "../../api/types";
import { useParams } from "../../ui/params";
import { eventsWith } from "./run";

const SHORTEST = 2;

interface Props {
  events: readonly LedgerEvent[];
  selected: number | null;
  onSelect: (index: number) => void;
}

export function Find({ events, selected, onSelect }: Props) {
  const [params, change] = useParams();
  const text = params.get("find") ?? "";
  const wanted = useDeferredValue(text);
  const found = useMemo(() => (wanted.length < SHORTEST ? [] : eventsWith(events, wanted)), [events, wanted]);
  const at = selected === null ? -1 : found.indexOf(selected);

  function step(by: 1 | -1) {
    const here = selected ?? -1;
    const next = by > 0 ? (found.find((index) => index > here) ?? found[0]) : (found.findLast((index) => index < here) ?? found.at(-1));
    if (next !== undefined) onSelect(next);
  }

  function onKey(event: KeyboardEvent) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  }

  return (
    <search className="find">
      <input type="search" aria-label="Find in this run" placeholder="Find in this run" value={text} onChange={(event) => change({ find: event.target.value })} onKeyDown={onKey} />
      {text.length >= SHORTEST && (
        <>
          <span className="soft" role="status">
            {found.length === 0 ? "nothing" : `${at < 0 ? "" : `${at + 1} of `}${found.length.toLocaleString("en")}`}
          </span>
          <button type="button" disabled={found.length === 0} onClick={() => step(-1)} aria-label="The one before">
            ↑
          </button>
          <button type="button" disabled={found.length === 0} onClick={() => step(1)} aria-label="The next">
            ↓
          </button>
        </>
      )}
    </search>
  );
}
