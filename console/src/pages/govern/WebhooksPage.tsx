/** Where events are sent to, signed, and what became of each delivery. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Confirm, Form, useSend } from "../../ui/form";
import { State, When } from "../../ui/format";
import { Cards, Listed, Table, useList } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty, Failure, Loaded } from "../../ui/states";
import { ShownOnce } from "./ShownOnce";

interface Webhook {
  id: string;
  url: string;
  events: string[];
  description: string | null;
  enabled: boolean;
  disabled_reason: string | null;
  failing_since: string | null;
  created_at: string;
  created_by: string;
}

interface Delivery {
  id: string;
  event: string;
  occurred_at: string;
  status: string;
  attempts: number;
  status_code: number | null;
  error: string | null;
  next_attempt_at: string | null;
  delivered_at: string | null;
}

const PATH = "/api/v1/webhooks";

export default function WebhooksPage() {
  const [made, setMade] = useState<(Webhook & { secret: string }) | null>(null);
  const webhooks = useQuery({ queryKey: [PATH], queryFn: ({ signal }) => ask<{ webhooks: Webhook[] }>(PATH, { signal }) });
  return (
    <>
      <Title
        name="Webhooks"
        actions={
          <Dialog open="New webhook" title="New webhook" kind="primary">
            {(close) => (
              <NewWebhook
                onCancel={close}
                onMade={(webhook) => {
                  setMade(webhook);
                  close();
                }}
              />
            )}
          </Dialog>
        }
      >
        Webhooks
      </Title>
      {made && (
        <ShownOnce title={`The secret of ${made.url}`} secret={made.secret} onDone={() => setMade(null)}>
          With it the receiver checks each message's signature (Standard Webhooks).
        </ShownOnce>
      )}
      <Loaded query={webhooks}>
        {({ webhooks: found }) =>
          found.length === 0 ? (
            <Empty title="Nothing is sent anywhere">A webhook tells another system of approvals, incidents, budgets and runs that ended.</Empty>
          ) : (
            <Cards rows={found} id={(webhook) => webhook.id}>
              {(webhook) => <Card webhook={webhook} />}
            </Cards>
          )
        }
      </Loaded>
    </>
  );
}

function Card({ webhook }: { webhook: Webhook }) {
  const path = `${PATH}/${encodeURIComponent(webhook.id)}`;
  const tryOut = useSend(() => ask<Delivery>(`${path}/test`, { method: "POST" }), [PATH, `${path}/deliveries`]);
  return (
    <article className="card" aria-label={webhook.url}>
      <div className="row between">
        <h2 className="mono">{webhook.url}</h2>
        <span className={`badge ${webhook.enabled ? "good" : "bad"}`}>{webhook.enabled ? "on" : "off"}</span>
      </div>
      {webhook.description && <p>{webhook.description}</p>}
      <p className="soft">
        {webhook.events.join(", ")} · by {webhook.created_by} <When at={webhook.created_at} />
      </p>
      {webhook.disabled_reason && <p className="bad-text">{webhook.disabled_reason}</p>}
      {webhook.failing_since && (
        <p>
          Failing since <When at={webhook.failing_since} />
        </p>
      )}
      {tryOut.isError && <Failure error={tryOut.error} />}
      {tryOut.data && (
        <p role="status">
          Test: <State value={tryOut.data.status} /> {tryOut.data.status_code} {tryOut.data.error}
        </p>
      )}
      <div className="row">
        <button type="button" disabled={tryOut.isPending} onClick={() => tryOut.mutate()}>
          {tryOut.isPending ? "Sending…" : "Send a test"}
        </button>
        <Dialog open="Deliveries" title={`Deliveries to ${webhook.url}`}>
          {() => <Deliveries path={`${path}/deliveries`} />}
        </Dialog>
        <Confirm verb="Delete" title={`Delete ${webhook.url}?`} act={() => ask(path, { method: "DELETE" })} about={[PATH]}>
          Nothing is sent there any more; its secret is forgotten.
        </Confirm>
      </div>
    </article>
  );
}

function Deliveries({ path }: { path: string }) {
  const list = useList(path, { limit: 50 }, (page: { deliveries: Delivery[]; next_cursor: string | null }) => ({ rows: page.deliveries, next: page.next_cursor }));
  return (
    <Listed list={list} empty={<p className="soft">Nothing was sent yet.</p>}>
      {(rows) => (
        <Table name="Deliveries" head={["Event", "Happened", "State", "Attempts", "Answer"]}>
          {rows.map((each) => (
            <tr key={each.id}>
              <th scope="row">{each.event}</th>
              <td>
                <When at={each.occurred_at} />
              </td>
              <td>
                <State value={each.status} />
              </td>
              <td>
                {each.attempts}
                {each.next_attempt_at && (
                  <>
                    , next <When at={each.next_attempt_at} />
                  </>
                )}
              </td>
              <td>
                {each.status_code} {each.error}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Listed>
  );
}

function NewWebhook({ onMade, onCancel }: { onMade: (webhook: Webhook & { secret: string }) => void; onCancel: () => void }) {
  const [given, setGiven] = useState({ url: "", events: "approval.*, incident.*", description: "" });
  const create = useSend(
    () =>
      ask<Webhook & { secret: string }>(PATH, {
        method: "POST",
        body: {
          url: given.url,
          events: given.events.split(",").map((each) => each.trim()).filter(Boolean),
          ...(given.description ? { description: given.description } : {}),
        },
      }),
    [PATH],
    onMade,
  );
  return (
    <Form submit="Create" sending={create} onSubmit={create.mutate} onCancel={onCancel}>
      <label>
        Address
        <input type="url" required placeholder="https://" value={given.url} onChange={(event) => setGiven({ ...given, url: event.target.value })} />
      </label>
      <label>
        Events, with commas between: trace.completed, approval.*, incident.*, budget.*, export.completed
        <input required value={given.events} onChange={(event) => setGiven({ ...given, events: event.target.value })} />
      </label>
      <label>
        What it is for
        <input value={given.description} onChange={(event) => setGiven({ ...given, description: event.target.value })} />
      </label>
    </Form>
  );
}
