/** All events of a run: shown as they arrive, page by page, and followed while the run goes on. */

import { useEffect, useState } from "react";
import { ask } from "../../api/client";
import { watch } from "../../api/live";
import type { EventPage, LedgerEvent } from "../../api/types";

const PAGE = 1_000;

export interface Events {
  events: LedgerEvent[];
  complete: boolean;
  error: unknown;
}

export function useEvents(id: string, follow: boolean): Events {
  const [state, setState] = useState<Events>({ events: [], complete: false, error: null });

  useEffect(() => {
    const ended = new AbortController();
    const held: LedgerEvent[] = [];
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
          let cursor: string | null = null;
          do {
            const after = cursor === null ? held.at(-1)?.seq : undefined;
            const page: EventPage = await ask(`/api/traces/${encodeURIComponent(id)}/events`, {
              query: { limit: PAGE, cursor, after_seq: after },
              signal: ended.signal,
            });
            held.push(...page.events);
            cursor = page.next_cursor;
            setState({ events: [...held], complete: cursor === null, error: null });
          } while (cursor !== null);
        } while (again);
      } catch (error) {
        if (!ended.signal.aborted) setState({ events: [...held], complete: false, error });
      } finally {
        reading = false;
      }
    }

    void readOn();
    const stop = follow ? watch({ session_id: id }, () => void readOn(), () => undefined) : () => undefined;
    return () => {
      ended.abort();
      stop();
    };
  }, [id, follow]);

  return state;
}
