/** Find what a run says: as one types, with a way from each place to the next. */

import { type KeyboardEvent, useDeferredValue, useEffect, useMemo } from "react";
import { useParams } from "../../ui/params";
import type { Reading } from "./reader";
import { eventsWith } from "./run";

const SHORTEST = 2;

interface Props {
  reading: Reading;
  selected: number | null;
  onSelect: (index: number) => void;
  /** Called when the whole run is to be searched, which has to be read for that. */
  onSearch: () => void;
}

export function Find({ reading, selected, onSelect, onSearch }: Props) {
  const [params, change] = useParams();
  const text = params.get("find") ?? "";
  const wanted = useDeferredValue(text);
  const { events, total } = reading;
  const whole = useDeferredValue(reading.whole);
  // The events are filled in place: how many are known in full says that there is more to search.
  const found = useMemo(() => (wanted.length < SHORTEST ? [] : eventsWith(events, wanted)), [events, wanted, whole]);
  const at = selected === null ? -1 : found.indexOf(selected);
  const searching = text.length >= SHORTEST;

  useEffect(() => {
    if (searching) onSearch();
  }, [searching, onSearch]);

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
      {searching && (
        <>
          <span className="soft" role="status">
            {found.length === 0 ? "nothing" : `${at < 0 ? "" : `${at + 1} of `}${found.length.toLocaleString("en")}`}
            {whole < total && ` so far, ${Math.floor((whole / total) * 100)} % read`}
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
