/** Find what was said, by words; or what was done, by meaning. */

import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { When } from "../../ui/format";
import { Listed, useList } from "../../ui/list";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";
import { Typed } from "../../ui/Typed";

interface MessageHit {
  session_id: string;
  index: number;
  id: string;
  role: string;
  /** Escaped HTML with the words in marks. */
  snippet: string;
  score: number;
  timestamp: string;
}

interface SpanHit {
  trace_id: string;
  span_id: string;
  span_type: string;
  name: string;
  text: string;
  similarity: number;
}

export default function SearchPage() {
  const [params, change] = useParams();
  const q = params.get("q") ?? "";
  const meaning = params.get("by") === "meaning";
  return (
    <>
      <Title name={q ? `${q} · Search` : "Search"}>Search</Title>
      <search className="row filters" aria-label="Search all runs">
        <Typed name="q" label="What to find" type="search" />
        <div className="row" role="group" aria-label="Search by">
          <button type="button" aria-pressed={!meaning} onClick={() => change({ by: null })}>
            Words
          </button>
          <button type="button" aria-pressed={meaning} onClick={() => change({ by: "meaning" })}>
            Meaning
          </button>
        </div>
      </search>
      {!q && <Empty title="What do you look for?">By words in what people and agents said; by meaning in all that agents did.</Empty>}
      {q && (meaning ? <Spans q={q} /> : <Messages q={q} />)}
    </>
  );
}

function Messages({ q }: { q: string }) {
  const list = useList("/api/search", { q, limit: 50 }, (page: { messages: MessageHit[]; total: number; next_cursor?: string | null }) => ({
    rows: page.messages,
    next: page.next_cursor ?? null,
    total: page.total,
  }));
  return (
    <Listed list={list} empty={<Empty title="Nothing fits">Try another word, or search by meaning. What is recorded now can be found a little later.</Empty>}>
      {(rows) => (
        <>
          <p className="soft" role="status">
            {list.total?.toLocaleString("en")} {list.total === 1 ? "message" : "messages"}
          </p>
          <ol className="plain-list stack">
            {rows.map((hit) => (
              <li key={`${hit.session_id}${hit.id}`} className="card">
                <p className="soft">
                  {hit.role} · <When at={hit.timestamp} /> · <Link href={`/runs/${encodeURIComponent(hit.session_id)}?event=${hit.index}`}>{hit.session_id}</Link>
                </p>
                <p className="said">
                  <Marked snippet={hit.snippet} />
                </p>
              </li>
            ))}
          </ol>
        </>
      )}
    </Listed>
  );
}

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&#39;": "'", "&amp;": "&" };

/** The snippet as text with its marks. It is never parsed as HTML: only these marks and these entities are read. */
export function Marked({ snippet }: { snippet: string }) {
  return (
    <>
      {snippet.split("<mark>").map((part, at) => {
        const [found, rest] = at === 0 ? [null, part] : (part.split("</mark>") as [string, string | undefined]);
        return (
          <Fragment key={at}>
            {found !== null && <mark>{plain(found)}</mark>}
            {plain(rest ?? "")}
          </Fragment>
        );
      })}
    </>
  );
}

function plain(text: string): string {
  return text.replace(/&(?:lt|gt|quot|amp|#x27|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

function Spans({ q }: { q: string }) {
  const found = useQuery({
    queryKey: ["/api/v1/search", q],
    queryFn: ({ signal }) => ask<{ results: SpanHit[]; embedding?: { lexical: boolean; available: boolean } }>("/api/v1/search", { method: "POST", body: { query: q, limit: 30 }, signal }),
  });
  return (
    <Loaded query={found} what="Searching">
      {({ results, embedding }) => (
        <>
          {embedding && (embedding.lexical || !embedding.available) && <p className="soft">{embedding.available ? "No embedding model is configured: spelling is compared, not meaning." : "The embedding model could not be asked: words alone decided."}</p>}
          {results.length === 0 && <Empty title="Nothing is near">Say it in other words, or search by words.</Empty>}
          <ol className="plain-list stack">
            {results.map((hit) => (
              <li key={`${hit.trace_id}${hit.span_id}`} className="card">
                <p className="soft">
                  {hit.span_type.replaceAll("_", " ")} · {Math.round(hit.similarity * 100)} % near
                </p>
                <h2>
                  <Link href={`/runs/${encodeURIComponent(hit.trace_id)}?span=${encodeURIComponent(hit.span_id)}`}>{hit.name || hit.trace_id}</Link>
                </h2>
                <p className="said">{hit.text}</p>
              </li>
            ))}
          </ol>
        </>
      )}
    </Loaded>
  );
}
