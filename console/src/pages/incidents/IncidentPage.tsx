/** One incident: what shows it, what was done about it, and what can be. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { ApiError, ask } from "../../api/client";
import { Labels, State, When } from "../../ui/format";
import { Title } from "../../ui/Shell";
import { Empty, Failure, Loaded } from "../../ui/states";
import { FixAgent } from "./FixAgent";
import { eventAddress, type FixAnswer, type HistoryEntry, type Incident, type IncidentStatus, NEXT } from "./incidents";
import { useChange } from "./MoveTo";
import { RegressionRuns } from "./RegressionRuns";
import "./incidents.css";

export default function IncidentPage({ id }: { id: string }) {
  const incident = useQuery({
    queryKey: ["incident", id],
    queryFn: ({ signal }) => ask<Incident>(`/api/incidents/${encodeURIComponent(id)}`, { signal }),
  });
  if (incident.error instanceof ApiError && incident.error.status === 404) {
    return (
      <Empty whole title="There is no such incident">
        The runs that showed it may have been deleted. <Link href="/incidents">All incidents</Link>
      </Empty>
    );
  }
  return <Loaded query={incident}>{(found) => <Found incident={found} />}</Loaded>;
}

function Found({ incident }: { incident: Incident }) {
  const [fix, setFix] = useState<FixAnswer | null>(null);
  return (
    <>
      <Title name={incident.title} actions={<Link href="/incidents">All incidents</Link>}>
        {incident.title}
      </Title>
      <div className="row">
        <State value={incident.status} />
        <State value={incident.severity} />
        {incident.regression && <span className="badge warn">came back</span>}
        <Labels values={incident.labels} />
      </div>
      <div className="grid wide">
        <Evidence incident={incident} />
        <Decide key={`${incident.status}${incident.owner_id}`} incident={incident} />
      </div>
      <FixAgent incident={incident} onFix={setFix} />
      <RegressionRuns id={incident.id} proposed={fix?.substitutions} />
      <div className="grid wide">
        <Runs incident={incident} />
        <History entries={incident.history} />
      </div>
    </>
  );
}

function Evidence({ incident }: { incident: Incident }) {
  const run = incident.representative_session_id;
  return (
    <section className="card" aria-labelledby="evidence">
      <h2 id="evidence">What shows it</h2>
      <p>{incident.root_cause}</p>
      <div className="row">
        {incident.evidence_refs.map((seq) => (
          <Link key={seq} href={eventAddress(run, seq)} className={`badge ${seq === incident.critical_step_seq ? "bad" : "accent"}`}>
            {seq === incident.critical_step_seq ? "critical step" : "event"} {seq}
          </Link>
        ))}
      </div>
      <dl className="facts">
        <dt>Agent</dt>
        <dd>{incident.agent || "–"}</dd>
        <dt>Sure</dt>
        <dd>{Math.round(incident.confidence * 100)} %</dd>
        <dt>Signature</dt>
        <dd className="mono">{incident.signature}</dd>
        <dt>First seen</dt>
        <dd>
          <When at={incident.first_seen} exact />
        </dd>
        <dt>Last seen</dt>
        <dd>
          <When at={incident.last_seen} exact />
        </dd>
        {incident.reopened_count > 0 && (
          <>
            <dt>Came back</dt>
            <dd>{incident.reopened_count} times</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function Decide({ incident }: { incident: Incident }) {
  const change = useChange(incident.id);
  const [given, setGiven] = useState({ status: incident.status, owner: incident.owner_id ?? "", reason: "" });

  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate({
      ...(given.status === incident.status ? {} : { status: given.status }),
      ...(given.owner === (incident.owner_id ?? "") ? {} : { owner_id: given.owner || null }),
      ...(given.reason ? { reason: given.reason } : {}),
    });
  }

  const changed = given.status !== incident.status || given.owner !== (incident.owner_id ?? "");
  return (
    <form className="card" aria-labelledby="decide" onSubmit={submit}>
      <h2 id="decide">Status and owner</h2>
      <label>
        Status
        <select value={given.status} onChange={(event) => setGiven({ ...given, status: event.target.value as IncidentStatus })}>
          {[incident.status, ...NEXT[incident.status]].map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
      </label>
      <label>
        Owner
        <input value={given.owner} placeholder="nobody" onChange={(event) => setGiven({ ...given, owner: event.target.value })} />
      </label>
      <label>
        Reason
        <input value={given.reason} onChange={(event) => setGiven({ ...given, reason: event.target.value })} />
      </label>
      {change.isError && <Failure error={change.error} />}
      <span>
        <button type="submit" className="primary" disabled={!changed || change.isPending}>
          Save
        </button>
      </span>
    </form>
  );
}

function Runs({ incident }: { incident: Incident }) {
  const more = incident.session_count - incident.session_ids.length;
  return (
    <section className="card" aria-labelledby="runs">
      <h2 id="runs">Runs with it: {incident.session_count}</h2>
      <ul>
        {incident.session_ids.map((run) => (
          <li key={run}>
            <Link href={`/runs/${encodeURIComponent(run)}`}>{run}</Link>
            {run === incident.representative_session_id && <span className="soft"> · the surest</span>}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="soft">and {more} earlier</p>}
    </section>
  );
}

function History({ entries }: { entries: HistoryEntry[] }) {
  return (
    <section className="card" aria-labelledby="history">
      <h2 id="history">History</h2>
      <ol className="plain-list history">
        {entries.toReversed().map((entry) => (
          <li key={`${entry.at}${entry.action}`}>
            <strong>{entry.action.replaceAll("_", " ")}</strong> {entry.to && <>to {entry.to} </>}
            <span className="soft">
              by {entry.by}, <When at={entry.at} />
            </span>
            {entry.reason && <p>{entry.reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
