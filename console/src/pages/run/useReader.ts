/** A run's reader for a page: opened with the page, and told of what happens while the run goes on. */

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { watch } from "../../api/live";
import { Reader, type Reading } from "./reader";

export function useReader(id: string, total: number | undefined, follow: boolean): { reader: Reader; reading: Reading } {
  const reader = useMemo(() => new Reader(id), [id]);
  const reading = useSyncExternalStore(reader.subscribe, () => reader.reading);
  useEffect(() => reader.open(), [reader]);
  useEffect(() => {
    if (total !== undefined) reader.expect(total);
  }, [reader, total]);
  useEffect(() => (follow ? watch({ session_id: id }, () => void reader.readOn(), () => undefined) : undefined), [reader, id, follow]);
  return { reader, reading };
}
