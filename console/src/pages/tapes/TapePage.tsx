/** A published run: for anybody who has its link, on a screen or on paper. It checks itself. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { ApiError } from "../../api/client";
import { dollars, State, When } from "../../ui/format";
import { Empty, Failure, Loading } from "../../ui/states";
import { ThemeSwitch } from "../../ui/theme";
import { EventCard } from "../run/EventCard";
import { callOf, runOf } from "../run/run";
import { check, type Published } from "./tape";
import "../run/run.css";
import "./tape.css";

const AT_FIRST = 300;

/** Without the reader's credential, even when there is one: a tape is the same for all, and may be fetched from elsewhere. */
async function tapeOf(slug: string, signal: AbortSignal): Promise<Published> {
  const answer = await fetch(`/api/v1/tapes/${encodeURIComponent(slug)}`, { signal });
  if (answer.ok) return (await answer.json()) as Published;
  throw new ApiError(answer.status, "", answer.status === 429 ? "Too many readers at once. Try again in a minute." : `The server answered ${answer.status}.`, answer.headers.get("x-request-id"));
}

export default function TapePage({ slug }: { slug: string }) {
  const tape = useQuery({ queryKey: ["tape", slug], queryFn: ({ signal }) => tapeOf(slug, signal), staleTime: Number.POSITIVE_INFINITY });
  return (
    <main className="tape stack">
      {tape.data ? (
        <Shown tape={tape.data} />
      ) : tape.error instanceof ApiError && (tape.error.status === 404 || tape.error.status === 410) ? (
        <Empty whole title="There is no such tape">It may have expired, or been taken back by those who published it.</Empty>
      ) : tape.isError ? (
        <Failure error={tape.error} retry={() => void tape.refetch()} />
      ) : (
        <Loading what="Fetching the tape" />
      )}
    </main>
  );
}

function Shown({ tape }: { tape: Published }) {
  const [all, setAll] = useState(tape.events.length <= AT_FIRST);
  const run = useMemo(() => runOf(tape.events), [tape]);
  const shown = all ? tape.events : tape.events.slice(0, AT_FIRST);
  const { trace } = tape;

  useEffect(() => {
    document.title = `${tape.title} · Wakeline`;
  }, [tape.title]);

  return (
    <>
      <header className="stack">
        <div className="row between">
          <span className="brand">
            <img src="/icon.svg" width="20" height="20" alt="" /> Wakeline tape
          </span>
          <ThemeSwitch />
        </div>
        <h1>{tape.title}</h1>
        <div className="row">
          <State value={trace.status} />
          <Verdict tape={tape} />
        </div>
        <dl className="facts">
          {trace.user_goal && (
            <>
              <dt>Goal</dt>
              <dd>{trace.user_goal}</dd>
            </>
          )}
          <dt>Agent</dt>
          <dd>{[trace.agent, ...trace.models].filter(Boolean).join(" · ") || "–"}</dd>
          <dt>Ran</dt>
          <dd>
            <When at={trace.started_at} exact />, {tape.event_count.toLocaleString("en")} events, {trace.total_tokens?.toLocaleString("en") ?? "?"} tokens, {dollars(trace.cost_usd)}
          </dd>
          <dt>Published</dt>
          <dd>
            <When at={tape.created_at} exact />
            {tape.expires_at && (
              <>
                , expires <When at={tape.expires_at} exact />
              </>
            )}
          </dd>
          <dt>Taken out</dt>
          <dd>
            {Object.entries(tape.redactions)
              .map(([kind, count]) => `${count} × ${kind.replaceAll("_", " ")}`)
              .join(", ") || "nothing"}
          </dd>
          <dt>Last hash</dt>
          <dd>
            <code>{tape.head_hash}</code>
          </dd>
        </dl>
      </header>
      <ol className="plain-list tape-events">
        {shown.map((event) => (
          <li key={event.id}>
            <EventCard id={null} event={event} agent={run.agents.get(event.index)} call={tape.events[callOf(run, event) ?? -1]} selected={false} critical={false} onSelect={() => undefined} />
          </li>
        ))}
      </ol>
      {!all && (
        <div>
          <button type="button" onClick={() => setAll(true)}>
            Show all {tape.events.length.toLocaleString("en")} events
          </button>
        </div>
      )}
    </>
  );
}

/** Recomputed in the reader's browser: nobody has to be believed. */
function Verdict({ tape }: { tape: Published }) {
  const checked = useQuery({ queryKey: ["tape", tape.slug, "check"], queryFn: () => check(tape), staleTime: Number.POSITIVE_INFINITY, retry: false });
  if (checked.isError) return <span className="badge warn">this browser cannot check it</span>;
  if (!checked.data) return <span className="badge">checking the hashes</span>;
  const { valid, reason, whole, byDigest, byPlace } = checked.data;
  if (!valid) return <span className="badge bad">not as recorded: {reason}</span>;
  return (
    <>
      <span className="badge good">as recorded</span>
      <span className="soft">
        checked in your browser: {whole} events in full
        {byDigest > 0 && `, ${byDigest} by their digest`}
        {byPlace > 0 && `, ${byPlace} by their place`}
      </span>
    </>
  );
}
