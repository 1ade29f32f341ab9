/** Ask for a fix: a plan and a diff. Who made it is said, and why when no model did. */

import { useMutation } from "@tanstack/react-query";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { Diff } from "../../ui/Diff";
import { Failure } from "../../ui/states";
import { eventAddress, type FixAnswer, type Incident } from "./incidents";

export function FixAgent({ incident, onFix }: { incident: Incident; onFix: (fix: FixAnswer) => void }) {
  const fix = useMutation({
    mutationFn: () => ask<FixAnswer>(`/api/incidents/${encodeURIComponent(incident.id)}/fix-agent`, { method: "POST", body: {} }),
    onSuccess: onFix,
  });
  return (
    <section className="card" aria-labelledby="fix">
      <div className="row between">
        <h2 id="fix">Fix</h2>
        <button type="button" disabled={fix.isPending} onClick={() => fix.mutate()}>
          {fix.isPending ? "Asking for a fix…" : fix.data ? "Ask again" : "Propose a fix"}
        </button>
      </div>
      {fix.isError && <Failure error={fix.error} />}
      {fix.data ? <Proposal found={fix.data} run={incident.representative_session_id} /> : <p className="soft">A plan and a diff that applies. Where a repository is connected, a draft pull request too.</p>}
    </section>
  );
}

function Proposal({ found, run }: { found: FixAnswer; run: string }) {
  const request = found.pull_request?.html_url ?? found.pull_request?.url;
  return (
    <div className="stack" role="status">
      {found.fallback && (
        <p>
          <span className="badge warn">known remedy</span> No model made this: {found.fallback_reason}
        </p>
      )}
      <p>{found.summary}</p>
      <ol>
        {found.plan.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {found.diff ? <Diff text={found.diff} /> : <p className="soft">No file changes.</p>}
      <div className="row">
        <span className="soft">{Math.round(found.confidence * 100)} % sure, resting on</span>
        {found.evidence_refs.map((seq) => (
          <Link key={seq} href={eventAddress(run, seq)} className="badge accent">
            event {seq}
          </Link>
        ))}
      </div>
      {request?.startsWith("https://") && (
        <p>
          <a href={request} rel="noreferrer">
            Draft pull request
          </a>
        </p>
      )}
      {found.pull_request_reason && <p className="soft">No pull request: {found.pull_request_reason}</p>}
    </div>
  );
}
