/** What agents ask leave for. A decision is final, so it is taken in a dialog, with room for a note. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Form, useSend } from "../../ui/form";
import { State, When } from "../../ui/format";
import { Cards, Listed, paged, useList } from "../../ui/list";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";

interface Approval {
  id: string;
  trace_id: string;
  agent_id: string;
  agent_name: string;
  operation: string;
  target_integration: string;
  resource_scope: string;
  data_classification: string;
  risk_classification: string;
  flag_reason: string;
  requested_by: string;
  requested_at: string;
  expires_at: string;
  status: string;
  approver_name: string | null;
  decision_note: string | null;
  decided_at: string | null;
  context?: unknown;
  context_snapshot?: unknown;
}

const PATH = "/api/v1/approvals";
const LOOK_AGAIN = 10_000;

export default function ApprovalsPage() {
  const [params, change] = useParams();
  const status = params.get("status") ?? "pending";
  const list = useList(PATH, { status: status === "all" ? null : status, agent_id: params.get("agent_id"), limit: 50 }, paged<Approval>);
  const queries = useQueryClient();
  useEffect(() => {
    // Requests come and expire: what waits is looked at again while the page is open.
    if (status !== "pending") return undefined;
    const timer = window.setInterval(() => void queries.invalidateQueries({ queryKey: [PATH] }), LOOK_AGAIN);
    return () => window.clearInterval(timer);
  }, [queries, status]);
  return (
    <>
      <Title
        name="Approvals"
        actions={
          <label>
            <span className="visually-hidden">Status</span>
            <select value={status} onChange={(event) => change({ status: event.target.value })}>
              {["pending", "approved", "denied", "expired", "all"].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        }
      >
        Approvals
      </Title>
      <Listed
        list={list}
        empty={
          <Empty title={status === "pending" ? "Nothing waits for a decision" : "None"}>
            A request comes here when the <Link href="/govern/policy">policy</Link> says that a person is to look first.
          </Empty>
        }
      >
        {(rows) => (
          <Cards rows={rows} id={(each) => each.id}>
            {(each) => <Request approval={each} />}
          </Cards>
        )}
      </Listed>
    </>
  );
}

function Request({ approval }: { approval: Approval }) {
  return (
    <article className="card" aria-label={`${approval.operation} by ${approval.agent_name}`}>
      <div className="row between">
        <h2>
          {approval.agent_name} wants to {approval.operation} · {approval.target_integration} {approval.resource_scope}
        </h2>
        <State value={approval.status} />
      </div>
      <p className="soft">
        {approval.data_classification} data · {approval.risk_classification} risk · asked by {approval.requested_by} <When at={approval.requested_at} />
        {approval.status === "pending" && (
          <>
            {" · "}expires <When at={approval.expires_at} />
          </>
        )}
      </p>
      <p>{approval.flag_reason}</p>
      {approval.decided_at && (
        <p className="soft">
          Decided by {approval.approver_name ?? "nobody"} <When at={approval.decided_at} />
          {approval.decision_note && <>: {approval.decision_note}</>}
        </p>
      )}
      <div className="row">
        {approval.status === "pending" && (
          <>
            <Decision approval={approval} verb="approve" />
            <Decision approval={approval} verb="deny" />
          </>
        )}
        <Link href={`/runs/${encodeURIComponent(approval.trace_id)}`}>The run</Link>
      </div>
    </article>
  );
}

function Decision({ approval, verb }: { approval: Approval; verb: "approve" | "deny" }) {
  const name = verb === "approve" ? "Approve" : "Deny";
  return (
    <Dialog open={name} title={`${name}: ${approval.operation} ${approval.resource_scope}`} kind={verb === "approve" ? "primary" : "danger"}>
      {(close) => <Decide approval={approval} verb={verb} onDone={close} />}
    </Dialog>
  );
}

function Decide({ approval, verb, onDone }: { approval: Approval; verb: "approve" | "deny"; onDone: () => void }) {
  const [note, setNote] = useState("");
  const one = useQuery({ queryKey: [PATH, approval.id], queryFn: ({ signal }) => ask<Approval>(`${PATH}/${approval.id}`, { signal }) });
  const decide = useSend(() => ask(`${PATH}/${approval.id}/${verb}`, { method: "POST", body: note ? { note } : {} }), [PATH], onDone);
  return (
    <Form submit={verb === "approve" ? "Approve" : "Deny"} kind={verb === "approve" ? "primary" : "danger"} sending={decide} onSubmit={decide.mutate} onCancel={onDone}>
      <Loaded query={one}>
        {(found) => (
          <>
            <h3>What the agent says</h3>
            <pre className="sunk">{JSON.stringify(found.context ?? found.context_snapshot ?? null, null, 2)}</pre>
          </>
        )}
      </Loaded>
      <label>
        Note
        <textarea rows={3} maxLength={2_000} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
    </Form>
  );
}
