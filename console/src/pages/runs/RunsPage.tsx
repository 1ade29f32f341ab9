/** The runs of the workspace, newest first, as they happen. */

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { ask } from "../../api/client";
import { watch } from "../../api/live";
import type { SessionPage } from "../../api/types";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Failure, Loading } from "../../ui/states";
import { Filters, filterOf } from "./Filters";
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
  const live = useLiveRuns();
  const rows = useMemo(() => runs.data?.pages.flatMap((page) => page.sessions) ?? [], [runs.data]);
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
function useLiveRuns(): boolean {
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
          void queries.invalidateQueries({ queryKey: ["sessions"] });
        }, REFRESH_AFTER);
      },
      setLive,
    );
    return () => {
      stop();
      window.clearTimeout(due.current);
    };
  }, [queries]);
  return live;
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
