/** Lists that are read page by page, each page when it is asked for. */

import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { type CSSProperties, type ReactNode, useMemo } from "react";
import { ask, type Query } from "../api/client";
import { Failure, Loading } from "./states";

interface Page<T> {
  rows: T[];
  next: string | null;
  total?: number | undefined;
}

export interface List<T> {
  rows: T[];
  total: number | undefined;
  query: UseInfiniteQueryResult<unknown>;
}

/** The rows of `path`; `read` says where an answer keeps its rows and its next cursor. */
export function useList<T, A>(path: string, query: Query, read: (answer: A) => Page<T>): List<T> {
  const pages = useInfiniteQuery({
    queryKey: [path, query],
    queryFn: async ({ pageParam, signal }) => read(await ask<A>(path, { query: { ...query, cursor: pageParam }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.rows) ?? [], [pages.data]);
  return { rows, total: pages.data?.pages[0]?.total, query: pages };
}

/** Lists that answer `{data, pagination}`. */
export interface Paged<T> {
  data: T[];
  pagination: { total: number; next_cursor?: string | null };
}

export function paged<T>(answer: Paged<T>): Page<T> {
  return { rows: answer.data, next: answer.pagination.next_cursor ?? null, total: answer.pagination.total };
}

/** The list once it is there; `empty` when it has no rows; a button for what follows. */
export function Listed<T>({ list, empty, children }: { list: List<T>; empty: ReactNode; children: (rows: T[]) => ReactNode }) {
  const { query, rows } = list;
  if (query.isPending) return <Loading />;
  if (query.isError && rows.length === 0) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (rows.length === 0) return <>{empty}</>;
  return (
    <>
      {children(rows)}
      {query.isError && <Failure error={query.error} />}
      {query.hasNextPage && (
        <div>
          <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? "Reading…" : "Show more"}
          </button>
        </div>
      )}
    </>
  );
}

/** Each row as a card of its own. */
export function Cards<T>({ rows, id, children }: { rows: readonly T[]; id: (row: T) => string; children: (row: T) => ReactNode }) {
  return (
    <ul className="plain-list stack">
      {rows.map((row) => (
        <li key={id(row)}>{children(row)}</li>
      ))}
    </ul>
  );
}

/** A table of at most seven columns. On a narrow screen its rows are cards, whose cells are named by the styles. */
export function Table({ name, head, children }: { name: string; head: string[]; children: ReactNode }) {
  const named = Object.fromEntries(head.map((each, at) => [`--head-${at + 1}`, JSON.stringify(each)]));
  return (
    <div className="scroll card flush" tabIndex={0} role="region" aria-label={name}>
      <table style={named as CSSProperties}>
        <thead>
          <tr>
            {head.map((each) => (
              <th key={each} scope="col">
                {each || <span className="visually-hidden">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
