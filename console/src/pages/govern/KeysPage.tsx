/** API keys: made here, shown once, revoked at once. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Confirm, Form, useSend } from "../../ui/form";
import { When } from "../../ui/format";
import { Table } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";
import { ShownOnce } from "./ShownOnce";

interface Key {
  id: string;
  name: string | null;
  prefix: string;
  scopes: string[];
  project_id: string | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

const PATH = "/api/v1/api-keys";
const LIST = "/api/api-keys";
const BOTH = [LIST, PATH];
const SCOPES = ["traces:read", "traces:write", "evaluate", "memory:write", "skills:write", "incidents:write", "approvals:write", "policy:write", "budgets:write", "audit:export", "keys:write", "admin"];
const OF_AN_AGENT = SCOPES.slice(0, 5);

export default function KeysPage() {
  const [made, setMade] = useState<(Key & { key: string }) | null>(null);
  const keys = useQuery({ queryKey: [LIST], queryFn: ({ signal }) => ask<{ keys: Key[] }>(LIST, { signal }) });
  const own = useQuery({ queryKey: [PATH], queryFn: ({ signal }) => ask<Partial<Key>>(PATH, { signal }) });
  return (
    <>
      <Title
        name="Keys"
        actions={
          <Dialog open="New key" title="New API key" kind="primary">
            {(close) => (
              <NewKey
                onMade={(key) => {
                  setMade(key);
                  close();
                }}
                onCancel={close}
              />
            )}
          </Dialog>
        }
      >
        API keys
      </Title>
      {made && (
        <ShownOnce title={`The key ${made.name ?? made.id}`} secret={made.key} onDone={() => setMade(null)}>
          It may {made.scopes.join(", ")}, and can be revoked at any time.
        </ShownOnce>
      )}
      <Loaded query={keys}>
        {({ keys: found }) =>
          found.length === 0 ? (
            <Empty title="No keys yet">An agent needs a key to record what it does. Make one for each of them, so that each can be revoked.</Empty>
          ) : (
            <Table name="API keys" head={["Key", "May", "Project", "Made", "Expires", "Last used", ""]}>
              {found.map((key) => (
                <Row key={key.id} of={key} own={key.id === own.data?.id} />
              ))}
            </Table>
          )
        }
      </Loaded>
    </>
  );
}

function Row({ of, own }: { of: Key; own: boolean }) {
  const name = of.name ?? of.id;
  return (
    <tr>
      <th scope="row">
        {name} {own && <span className="badge accent">yours</span>}
        <br />
        <code className="soft">{of.prefix}…</code>
      </th>
      <td>{of.scopes.join(", ")}</td>
      <td>{of.project_id ?? "all"}</td>
      <td>
        <When at={of.created_at} />
      </td>
      <td>{of.expires_at ? <When at={of.expires_at} /> : "never"}</td>
      <td>{of.last_used_at ? <When at={of.last_used_at} /> : "never"}</td>
      <td>
        <Confirm verb="Revoke" which={name} title={`Revoke ${name}?`} act={() => ask(PATH, { method: "DELETE", query: { id: of.id } })} about={BOTH}>
          {own ? "This is the key you are signed in with: you have to sign in again. " : ""}Whoever uses it is refused from the next request on, for good.
        </Confirm>
      </td>
    </tr>
  );
}

function NewKey({ onMade, onCancel }: { onMade: (key: Key & { key: string }) => void; onCancel: () => void }) {
  const [given, setGiven] = useState({ name: "", project: "", days: "", scopes: OF_AN_AGENT });
  const create = useSend(
    () =>
      ask<Key & { key: string }>(PATH, {
        method: "POST",
        body: {
          name: given.name,
          scopes: given.scopes,
          ...(given.project ? { project_id: given.project } : {}),
          ...(given.days ? { expires_in_days: Number(given.days) } : {}),
        },
      }),
    BOTH,
    onMade,
  );

  return (
    <Form submit="Create" sending={create} disabled={given.scopes.length === 0} onSubmit={create.mutate} onCancel={onCancel}>
      <label>
        Name
        <input required maxLength={128} value={given.name} onChange={(event) => setGiven({ ...given, name: event.target.value })} />
      </label>
      <fieldset>
        <legend>May</legend>
        <div className="row">
          {SCOPES.map((scope) => (
            <label key={scope} className="row">
              <input
                type="checkbox"
                checked={given.scopes.includes(scope)}
                onChange={(event) => setGiven({ ...given, scopes: SCOPES.filter((each) => (each === scope ? event.target.checked : given.scopes.includes(each))) })}
              />
              {scope}
            </label>
          ))}
        </div>
      </fieldset>
      <label>
        Project, or empty for all
        <input value={given.project} onChange={(event) => setGiven({ ...given, project: event.target.value })} />
      </label>
      <label>
        Expires in days, or empty for never
        <input type="number" min="1" max="3650" value={given.days} onChange={(event) => setGiven({ ...given, days: event.target.value })} />
      </label>
    </Form>
  );
}
