/** What leaves as a file: one trace that verifies offline, traces as CSV, events for a SIEM. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { download, type Query } from "../../api/client";
import { Title } from "../../ui/Shell";
import { Failure } from "../../ui/states";

const DAY = 86_400_000;

function lately(): { from: string; to: string } {
  const today = (back: number) => new Date(Date.now() - back * DAY).toISOString().slice(0, 10);
  return { from: today(7), to: today(0) };
}

export default function ExportsPage() {
  const [trace, setTrace] = useState("");
  const [traces, setTraces] = useState({ ...lately(), agent_id: "" });
  const [events, setEvents] = useState({ ...lately(), format: "ndjson" });
  return (
    <>
      <Title name="Exports">Exports</Title>
      <div className="grid">
        <Export title="One run" about="With all that is needed to verify it on any machine: wakeline verify." path={`/api/v1/traces/${encodeURIComponent(trace)}/export`} query={{}} name={`trace-${trace}.json`}>
          <label>
            Run
            <input required value={trace} onChange={(event) => setTrace(event.target.value)} />
          </label>
        </Export>
        <Export title="Runs as CSV" about="The runs that began in the range, oldest first." path="/api/v1/traces/export" query={{ format: "csv", ...traces }} name="traces.csv">
          <Range given={traces} onChange={(range) => setTraces({ ...traces, ...range })} />
          <label>
            Agent, or empty for all
            <input value={traces.agent_id} onChange={(event) => setTraces({ ...traces, agent_id: event.target.value })} />
          </label>
        </Export>
        <Export title="Events for a SIEM" about="What happened in the range in all runs, the audit log included." path="/api/v1/audit/export" query={events} name={`events.${events.format}`}>
          <Range given={events} onChange={(range) => setEvents({ ...events, ...range })} />
          <label>
            Format
            <select value={events.format} onChange={(event) => setEvents({ ...events, format: event.target.value })}>
              <option value="ndjson">JSON Lines</option>
              <option value="json">JSON</option>
              <option value="csv">CSV</option>
              <option value="ocsf">OCSF 1.5.0</option>
            </select>
          </label>
        </Export>
      </div>
    </>
  );
}

function Range({ given, onChange }: { given: { from: string; to: string }; onChange: (range: { from: string; to: string }) => void }) {
  return (
    <div className="row">
      <label>
        From
        <input type="date" required value={given.from} onChange={(event) => onChange({ from: event.target.value, to: given.to })} />
      </label>
      <label>
        To, inclusive
        <input type="date" required value={given.to} onChange={(event) => onChange({ from: given.from, to: event.target.value })} />
      </label>
    </div>
  );
}

function Export({ title, about, path, query, name, children }: { title: string; about: string; path: string; query: Query; name: string; children: ReactNode }) {
  const save = useMutation({ mutationFn: () => download(path, query, name) });

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className="card" aria-label={title} onSubmit={submit}>
      <h2>{title}</h2>
      <p className="soft">{about}</p>
      {children}
      {save.isError && <Failure error={save.error} />}
      {save.isSuccess && <p role="status">Downloaded.</p>}
      <span>
        <button type="submit" disabled={save.isPending}>
          {save.isPending ? "Preparing…" : "Download"}
        </button>
      </span>
    </form>
  );
}
