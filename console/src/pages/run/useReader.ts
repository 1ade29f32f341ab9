/** A run's reader for a page: opened with the page, and told of what happens while the run goes on. `renew` forgets what was read. */

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { watch } from "../../api/live";
import { Reader, type Reading } from "./reader";

export function useReader(id: string, total: number | undefined, follow: boolean): { reader: Reader; reading: Reading; renew: () => void } {
  const [times, setTimes] = useState(0);
  const reader = useMemo(() => new Reader(id), [id, times]);
  const reading = useSyncExternalStore(reader.subscribe, () => reader.reading);
  useEffect(() => reader.open(), [reader]);
  useEffect(() => {
    if (total !== undefined) reader.expect(total);
  }, [reader, total]);
  useEffect(() => (follow ? watch({ session_id: id }, () => void reader.readOn(), () => undefined) : undefined), [reader, id, follow]);
  const renew = useCallback(() => setTimes((before) => before + 1), []);
  return { reader, reading, renew };
}
