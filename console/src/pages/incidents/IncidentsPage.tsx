/** What goes wrong, gathered by cause, on a board: one column for each status. */

import { useId } from "react";
import { Link } from "wouter";
import { Labels, State, When } from "../../ui/format";
import { Cards, Listed, useList } from "../../ui/list";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Typed } from "../../ui/Typed";
import { type Incident, type IncidentPage, type IncidentStatus, STATUSES } from "./incidents";
import { MoveTo } from "./MoveTo";
import "./incidents.css";

const FILTERS = ["q", "severity", "label", "owner"] as const;
const SAYS: Record<IncidentStatus, string> = {
  new: "Nothing new went wrong.",
  triaged: "Move here what somebody has looked at.",
  fixing: "Move here what somebody works on.",
  verified: "Move here what a regression run has shown to be mended.",
  ignored: "Move here what does not matter.",
};

export default function IncidentsPage() {
  const [params, change] = useParams();
  const filter = Object.fromEntries(FILTERS.map((name) => [name, params.get(name)]));
  return (
    <>
      <Title name="Incidents">Incidents</Title>
      <search className="row filters" aria-label="Filter the incidents">
        <Typed name="q" label="Search" type="search" />
        <label>
          Severity
          <select value={params.get("severity") ?? ""} onChange={(event) => change({ severity: event.target.value })}>
            <option value="">any</option>
            {["critical", "high", "medium", "low"].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <Typed name="label" label="Label" />
        <Typed name="owner" label="Owner" />
      </search>
      <div className="board">
        {STATUSES.map((status) => (
          <Column key={status} status={status} filter={filter} />
        ))}
      </div>
    </>
  );
}

function Column({ status, filter }: { status: IncidentStatus; filter: Record<string, string | null> }) {
  const id = useId();
  const list = useList("/api/incidents", { ...filter, status, limit: 30 }, (page: IncidentPage) => ({
    rows: page.incidents,
    next: page.next_cursor,
    total: page.total,
  }));
  const filtered = Object.values(filter).some(Boolean);
  return (
    <section className="column" aria-labelledby={id}>
      <h2 id={id}>
        {status} <span className="soft number">{list.total ?? ""}</span>
      </h2>
      <Listed list={list} empty={<p className="soft">{filtered ? "None fits." : SAYS[status]}</p>}>
        {(rows) => (
          <Cards rows={rows} id={(incident) => incident.id}>
            {(incident) => <Card incident={incident} />}
          </Cards>
        )}
      </Listed>
    </section>
  );
}

function Card({ incident }: { incident: Incident }) {
  return (
    <article className="card incident">
      <h3>
        <Link href={`/incidents/${incident.id}`}>{incident.title}</Link>
      </h3>
      <div className="row">
        <State value={incident.severity} />
        {incident.regression && <span className="badge warn">came back</span>}
        <Labels values={incident.labels} />
      </div>
      <p className="soft">
        {incident.session_count} {incident.session_count === 1 ? "run" : "runs"} of {incident.agent || "no agent"} · last <When at={incident.last_seen} />
        {incident.owner_id && ` · ${incident.owner_id}`}
      </p>
      <MoveTo incident={incident} />
    </article>
  );
}
