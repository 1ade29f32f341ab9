/** State that lives in the address, so that a link shows what one sees. */

import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

/** The query parameters, and a way to change some: null takes one out. Changes replace, so Back leaves the page. */
export function useParams(): [URLSearchParams, (changes: Record<string, string | null>) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback(
    (changes: Record<string, string | null>) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === "") next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      go(text ? `${path}?${text}` : path, { replace: true });
    },
    [go, path],
  );
  return [params, change];
}
