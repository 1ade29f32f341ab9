/** What agents remember, and how each memory came to be what it is. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Confirm, Form, useSend } from "../../ui/form";
import { When } from "../../ui/format";
import { Cards, Listed, paged, useList } from "../../ui/list";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";
import { Typed } from "../../ui/Typed";

interface Memory {
  id: string;
  key: string;
  value: unknown;
  scope: string;
  category: string;
  confidence: number;
  project_id: string | null;
  session_id: string | null;
  source: string;
  version: number;
  updated_at: string;
  updated_by: string;
}

interface Kept extends Memory {
  history: { value: unknown; version: number; confidence: number; updated_at: string; updated_by: string }[];
}

const PATH = "/api/v1/memory";
const SCOPES = ["session", "project", "global"];
const CATEGORIES = ["fact", "preference", "correction", "pattern", "instruction"];

export default function MemoryPage() {
  const [params, change] = useParams();
  const filter = { scope: params.get("scope"), category: params.get("category"), key: params.get("key") };
  const list = useList(PATH, { ...filter, limit: 50 }, paged<Memory>);
  return (
    <>
      <Title
        name="Memory"
        actions={
          <Dialog open="New memory" title="New memory" kind="primary">
            {(close) => <NewMemory onDone={close} />}
          </Dialog>
        }
      >
        Memory
      </Title>
      <search className="row filters" aria-label="Filter the memories">
        <Typed name="key" label="Key" type="search" />
        <Choice name="scope" values={SCOPES} value={filter.scope} onChange={change} />
        <Choice name="category" values={CATEGORIES} value={filter.category} onChange={change} />
      </search>
      <Listed
        list={list}
        empty={
          Object.values(filter).some(Boolean) ? (
            <Empty title="No memory fits">Take a filter away. A key has to be given whole.</Empty>
          ) : (
            <Empty title="Nothing is remembered yet">Agents remember by POST /api/v1/memory; you can by “New memory”.</Empty>
          )
        }
      >
        {(rows) => (
          <Cards rows={rows} id={(memory) => memory.id}>
            {(memory) => <Card memory={memory} />}
          </Cards>
        )}
      </Listed>
    </>
  );
}

function Choice({ name, values, value, onChange }: { name: string; values: string[]; value: string | null; onChange: (changes: Record<string, string>) => void }) {
  return (
    <label>
      {name[0]?.toUpperCase()}
      {name.slice(1)}
      <select value={value ?? ""} onChange={(event) => onChange({ [name]: event.target.value })}>
        <option value="">any</option>
        {values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

function Card({ memory }: { memory: Memory }) {
  return (
    <article className="card" aria-label={memory.key}>
      <div className="row between">
        <h2>{memory.key}</h2>
        <span className="row">
          <span className="badge">{memory.category}</span>
          <span className="badge">{memory.scope}</span>
        </span>
      </div>
      <Value of={memory.value} />
      <p className="soft">
        {Math.round(memory.confidence * 100)} % sure · version {memory.version} · {memory.updated_by} <When at={memory.updated_at} />
      </p>
      <div className="row">
        {memory.version > 1 && (
          <Dialog open="History" title={`History of ${memory.key}`}>
            {() => <History id={memory.id} />}
          </Dialog>
        )}
        <Confirm
          verb="Forget"
          which={memory.key}
          title={`Forget ${memory.key}?`}
          act={() => ask(`${PATH}/${memory.id}`, { method: "DELETE" })}
          about={[PATH]}
        >
          It goes with its history, for good.
        </Confirm>
      </div>
    </article>
  );
}

function Value({ of }: { of: unknown }) {
  return typeof of === "string" ? <p className="said">{of}</p> : <pre className="sunk">{JSON.stringify(of, null, 2)}</pre>;
}

function History({ id }: { id: string }) {
  const one = useQuery({ queryKey: [PATH, id], queryFn: ({ signal }) => ask<Kept>(`${PATH}/${id}`, { signal }) });
  return (
    <Loaded query={one}>
      {({ history }) => (
        <ol className="plain-list stack">
          {history.map((each) => (
            <li key={each.version}>
              <p className="soft">
                version {each.version} · {each.updated_by} <When at={each.updated_at} exact />
              </p>
              <Value of={each.value} />
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

function NewMemory({ onDone }: { onDone: () => void }) {
  const [given, setGiven] = useState({ key: "", value: "", category: "fact", scope: "project" });
  const create = useSend(() => ask(PATH, { method: "POST", body: given }), [PATH], onDone);
  return (
    <Form submit="Remember" sending={create} onSubmit={create.mutate} onCancel={onDone}>
      <label>
        Key
        <input required value={given.key} onChange={(event) => setGiven({ ...given, key: event.target.value })} />
      </label>
      <label>
        What to remember
        <textarea required rows={4} value={given.value} onChange={(event) => setGiven({ ...given, value: event.target.value })} />
      </label>
      <div className="row">
        <label>
          Category
          <select value={given.category} onChange={(event) => setGiven({ ...given, category: event.target.value })}>
            {CATEGORIES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          Scope
          <select value={given.scope} onChange={(event) => setGiven({ ...given, scope: event.target.value })}>
            {["project", "global"].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
    </Form>
  );
}
