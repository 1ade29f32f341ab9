/** API keys: made here, shown once, revoked at once. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { When } from "../../ui/format";
import { Title } from "../../ui/Shell";
import { Failure, Loaded } from "../../ui/states";
import { ShownOnce } from "./ShownOnce";

interface Key {
  exists?: boolean;
  id?: string;
  name?: string | null;
  prefix?: string;
  scopes?: string[];
  project_id?: string | null;
  created_at?: string;
  expires_at?: string | null;
  last_used_at?: string | null;
}

const PATH = "/api/v1/api-keys";
const SCOPES = ["traces:read", "traces:write", "evaluate", "memory:write", "skills:write", "incidents:write", "approvals:write", "policy:write", "budgets:write", "audit:export", "keys:write", "admin"];
const OF_AN_AGENT = SCOPES.slice(0, 5);

export default function KeysPage() {
  const [made, setMade] = useState<(Key & { key: string }) | null>(null);
  const own = useQuery({ queryKey: [PATH], queryFn: ({ signal }) => ask<Key>(PATH, { signal }) });
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
          Its id is <code>{made.id}</code>: by it the key is revoked.
        </ShownOnce>
      )}
      <section className="card" aria-labelledby="own">
        <h2 id="own">The key you use</h2>
        <Loaded query={own}>{(key) => (key.exists ? <About of={key} /> : <p>You are signed in as a person, without a key.</p>)}</Loaded>
      </section>
      <Revoke />
    </>
  );
}

function About({ of }: { of: Key }) {
  return (
    <dl className="facts">
      <dt>Name</dt>
      <dd>
        {of.name} <code>{of.id}</code>
      </dd>
      <dt>Begins</dt>
      <dd>
        <code>{of.prefix}…</code>
      </dd>
      <dt>May</dt>
      <dd>{of.scopes?.join(", ")}</dd>
      <dt>Project</dt>
      <dd>{of.project_id ?? "all"}</dd>
      <dt>Made</dt>
      <dd>
        <When at={of.created_at} exact />
      </dd>
      <dt>Expires</dt>
      <dd>{of.expires_at ? <When at={of.expires_at} exact /> : "never"}</dd>
      <dt>Last used</dt>
      <dd>
        <When at={of.last_used_at} />
      </dd>
    </dl>
  );
}

function NewKey({ onMade, onCancel }: { onMade: (key: Key & { key: string }) => void; onCancel: () => void }) {
  const [given, setGiven] = useState({ name: "", project: "", days: "", scopes: OF_AN_AGENT });
  const create = useMutation({
    mutationFn: () =>
      ask<Key & { key: string }>(PATH, {
        method: "POST",
        body: {
          name: given.name,
          scopes: given.scopes,
          ...(given.project ? { project_id: given.project } : {}),
          ...(given.days ? { expires_in_days: Number(given.days) } : {}),
        },
      }),
    onSuccess: onMade,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form className="stack" onSubmit={submit}>
      {create.isError && <Failure error={create.error} />}
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
      <div className="row">
        <button type="submit" className="primary" disabled={create.isPending || given.scopes.length === 0}>
          Create
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function Revoke() {
  const queries = useQueryClient();
  const [id, setId] = useState("");
  const revoke = useMutation({
    mutationFn: () => ask(PATH, { method: "DELETE", query: { id } }),
    onSuccess: () => {
      setId("");
      return queries.invalidateQueries({ queryKey: [PATH] });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    revoke.mutate();
  }

  return (
    <form className="card" aria-labelledby="revoke" onSubmit={submit}>
      <h2 id="revoke">Revoke a key</h2>
      <p className="soft">At once and for good. The ids of keys that were made stand in the audit log.</p>
      <label>
        The key's id
        <input required value={id} placeholder="key_…" onChange={(event) => setId(event.target.value)} />
      </label>
      {revoke.isError && <Failure error={revoke.error} />}
      {revoke.isSuccess && <p role="status">Revoked.</p>}
      <span>
        <button type="submit" className="danger" disabled={revoke.isPending}>
          Revoke
        </button>
      </span>
    </form>
  );
}
