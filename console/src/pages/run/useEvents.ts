/** All events of a run: shown as they arrive, and followed while the run goes on. */

import { useEffect, useRef, useState } from "react";
import { ask } from "../../api/client";
import { watch } from "../../api/live";
import type { EventPage, LedgerEvent } from "../../api/types";

const FIRST_PAGE = 200;
const PAGE = 1_000;

export interface Events {
  events: LedgerEvent[];
  complete: boolean;
  error: unknown;
}

export function useEvents(id: string, follow: boolean): Events {
  const [state, setState] = useState<Events>({ events: [], complete: false, error: null });
  const readMore = useRef<() => Promise<void>>(async () => undefined);

  useEffect(() => {
    const ended = new AbortController();
    const held: LedgerEvent[] = [];
    let shown = 0;
    let reading = false;
    let again = false;

    async function readOn(): Promise<void> {
      // One reader at a time; what comes meanwhile makes it go round once more.
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      try {
        do {
          again = false;
          await readAll();
        } while (again);
      } catch (error) {
        if (!ended.signal.aborted) setState({ events: [...held], complete: false, error });
      } finally {
        reading = false;
      }
    }

    async function readAll(): Promise<void> {
      let page: EventPage;
      do {
        page = await ask<EventPage>(`/api/traces/${encodeURIComponent(id)}/events`, {
          query: { limit: held.length === 0 ? FIRST_PAGE : PAGE, after_seq: held.at(-1)?.seq },
          signal: ended.signal,
        });
        held.push(...page.events);
        const complete = page.next_cursor === null;
        // What follows from all events is derived anew each time they are shown: at each doubling, so that it stays linear.
        if (complete || held.length >= 2 * shown) {
          shown = held.length;
          setState({ events: [...held], complete, error: null });
        }
      } while (page.next_cursor !== null);
    }

    readMore.current = readOn;
    void readOn();
    return () => ended.abort();
  }, [id]);

  useEffect(() => (follow ? watch({ session_id: id }, () => void readMore.current(), () => undefined) : undefined), [id, follow]);

  return state;
}
