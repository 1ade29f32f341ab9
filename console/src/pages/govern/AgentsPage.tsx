/** The agents that may ask: who owns them, and whether they may go on. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Form, useSend } from "../../ui/form";
import { State, When } from "../../ui/format";
import { Table } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty, Failure, Loaded } from "../../ui/states";

interface Agent {
  id: string;
  name: string;
  owner: string | null;
  team: string | null;
  environment: string | null;
  authority_model: string;
  lifecycle_state: "active" | "suspended" | "revoked";
  created_at: string;
}

const PATH = "/api/v1/agents";
const STATES: Agent["lifecycle_state"][] = ["active", "suspended", "revoked"];

export default function AgentsPage() {
  const agents = useQuery({ queryKey: [PATH], queryFn: ({ signal }) => ask<{ data: Agent[] }>(PATH, { query: { limit: 100 }, signal }) });
  return (
    <>
      <Title
        name="Agents"
        actions={
          <Dialog open="New agent" title="New agent" kind="primary">
            {(close) => <NewAgent onDone={close} />}
          </Dialog>
        }
      >
        Agents
      </Title>
      <Loaded query={agents}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No agents yet">Register one, so that it may ask the policy what it may do.</Empty>
          ) : (
            <Table name="Agents" head={["Agent", "Owner", "Team", "Acts", "Registered", "State", ""]}>
              {data.map((agent) => (
                <Row key={agent.id} agent={agent} />
              ))}
            </Table>
          )
        }
      </Loaded>
    </>
  );
}

function Row({ agent }: { agent: Agent }) {
  const change = useSend((state: string) => ask(`${PATH}/${encodeURIComponent(agent.id)}`, { method: "PATCH", body: { lifecycle_state: state } }), [PATH]);
  return (
    <tr>
      <th scope="row">
        {agent.name} <code className="soft">{agent.id}</code>
      </th>
      <td>{agent.owner ?? "–"}</td>
      <td>{agent.team ?? "–"}</td>
      <td>{agent.authority_model}</td>
      <td>
        <When at={agent.created_at} />
      </td>
      <td>
        <State value={agent.lifecycle_state} />
        {change.isError && <Failure error={change.error} />}
      </td>
      <td>
        <div className="row">
          <label>
            <span className="visually-hidden">Change the state of {agent.name}</span>
            <select value={agent.lifecycle_state} disabled={change.isPending} onChange={(event) => change.mutate(event.target.value)}>
              {STATES.map((state) => (
                <option key={state}>{state}</option>
              ))}
            </select>
          </label>
          <Link href={`/govern/approvals?status=all&agent_id=${encodeURIComponent(agent.id)}`}>Requests</Link>
        </div>
      </td>
    </tr>
  );
}

function NewAgent({ onDone }: { onDone: () => void }) {
  const [given, setGiven] = useState({ name: "", id: "", owner: "", team: "", authority_model: "self" });
  const create = useSend(() => ask(PATH, { method: "POST", body: Object.fromEntries(Object.entries(given).filter(([, value]) => value)) }), [PATH], onDone);

  return (
    <Form submit="Register" sending={create} onSubmit={create.mutate} onCancel={onDone}>
      <label>
        Name
        <input required value={given.name} onChange={(event) => setGiven({ ...given, name: event.target.value })} />
      </label>
      <label>
        Id, or empty for one that is made
        <input value={given.id} onChange={(event) => setGiven({ ...given, id: event.target.value })} />
      </label>
      <label>
        Owner
        <input value={given.owner} onChange={(event) => setGiven({ ...given, owner: event.target.value })} />
      </label>
      <label>
        Team
        <input value={given.team} onChange={(event) => setGiven({ ...given, team: event.target.value })} />
      </label>
      <label>
        Acts for
        <select value={given.authority_model} onChange={(event) => setGiven({ ...given, authority_model: event.target.value })}>
          <option value="self">itself</option>
          <option value="delegated">a person</option>
          <option value="hybrid">both</option>
        </select>
      </label>
    </Form>
  );
}
