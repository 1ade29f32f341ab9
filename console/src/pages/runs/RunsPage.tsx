/** The runs of the workspace, newest first, as they happen. */

import { type InfiniteData, type QueryClient, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { ask } from "../../api/client";
import { watch } from "../../api/live";
import type { Session, SessionPage } from "../../api/types";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Failure, Loading } from "../../ui/states";
import { type Filter, Filters, filterOf } from "./Filters";
import { RunTable } from "./RunTable";
import "./runs.css";

const PAGE = 100;
const REFRESH_AFTER = 1_500;

export default function RunsPage() {
  const [params] = useParams();
  const filter = useMemo(() => filterOf(params), [params]);
  const runs = useInfiniteQuery({
    queryKey: ["sessions", filter],
    queryFn: ({ pageParam, signal }) =>
      ask<SessionPage>("/api/sessions", { query: { ...filter, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const live = useLiveRuns(filter);
  const rows = useMemo(() => distinct(runs.data?.pages ?? []), [runs.data]);
  const first = runs.data?.pages[0];

  return (
    <>
      <Title name="Runs" actions={<LiveState live={live} />}>
        Runs
      </Title>
      <Filters />
      {runs.isError && <Failure error={runs.error} retry={() => void runs.refetch()} />}
      {runs.isPending && <Loading what="Reading the runs" />}
      {first && rows.length === 0 && <NoRuns filtered={Object.values(filter).some(Boolean)} />}
      {first && rows.length > 0 && (
        <>
          <p className="soft" role="status">
            {first.total_exact === false ? "More than " : ""}
            {first.total.toLocaleString("en")} {first.total === 1 ? "run" : "runs"}
          </p>
          <RunTable rows={rows} more={runs.hasNextPage} onEnd={() => void (!runs.isFetching && runs.fetchNextPage())} />
        </>
      )}
    </>
  );
}

/** Keep the list fresh while runs happen; whether the feed is connected. */
function useLiveRuns(filter: Filter): boolean {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);
  const due = useRef<number | undefined>(undefined);
  useEffect(() => {
    const stop = watch(
      {},
      () => {
        // Many events come at once; the list is read again once for all of them.
        due.current ??= window.setTimeout(() => {
          due.current = undefined;
          void refresh(queries, filter);
        }, REFRESH_AFTER);
      },
      setLive,
    );
    return () => {
      stop();
      window.clearTimeout(due.current);
      due.current = undefined;
    };
  }, [queries, filter]);
  return live;
}

/** Read the newest runs again. Whoever has scrolled far keeps what they have: a hundred pages are not read for one event. */
async function refresh(queries: QueryClient, filter: Filter): Promise<void> {
  const key = ["sessions", filter];
  const held = queries.getQueryData<InfiniteData<SessionPage>>(key);
  if (!held || held.pages.length < 2) return queries.invalidateQueries({ queryKey: key });
  const fresh = await ask<SessionPage>("/api/sessions", { query: { ...filter, limit: PAGE } }).catch(() => null);
  if (!fresh) return;
  queries.setQueryData<InfiniteData<SessionPage>>(key, (now) => {
    const [first, ...rest] = now?.pages ?? [];
    if (!now || !first) return now;
    const known = new Set(fresh.sessions.map((run) => run.id));
    const sessions = [...fresh.sessions, ...first.sessions.filter((run) => !known.has(run.id))];
    return { ...now, pages: [{ ...first, total: fresh.total, sessions }, ...rest] };
  });
}

/** A run that began anew stands in two pages for a while: the newer place counts. */
function distinct(pages: SessionPage[]): Session[] {
  const found = new Map<string, Session>();
  for (const page of pages) for (const run of page.sessions) if (!found.has(run.id)) found.set(run.id, run);
  return [...found.values()];
}

function LiveState({ live }: { live: boolean }) {
  return (
    <span className={`badge ${live ? "good" : ""}`} role="status">
      {live ? "live" : "connecting"}
    </span>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No run fits">Take a filter away, or search for another word.</Empty>;
  return (
    <Empty title="No runs yet">
      Record one with the SDK, or push your Claude Code sessions: <code>wakeline push ~/.claude/projects</code>
    </Empty>
  );
}
