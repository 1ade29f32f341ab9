/** The list's filters. They live in the address. */

import { useParams } from "../../ui/params";
import { Typed } from "../../ui/Typed";

const NAMES = ["search", "status", "project", "model", "author", "repo", "tag", "from", "to"] as const;
const STATES = ["running", "completed", "failed", "stale"];

export type Filter = Partial<Record<(typeof NAMES)[number], string>>;

/** What an address asks for. */
export function filterOf(params: URLSearchParams): Filter {
  return Object.fromEntries(NAMES.flatMap((name) => (params.get(name) ? [[name, params.get(name) ?? ""]] : [])));
}

export function Filters() {
  const [params, change] = useParams();
  const filtered = NAMES.some((name) => params.get(name));
  return (
    <search className="row filters" aria-label="Filter the runs">
      <Typed name="search" label="Search" type="search" />
      <label>
        Status
        <select value={params.get("status") ?? ""} onChange={(event) => change({ status: event.target.value })}>
          <option value="">any</option>
          {STATES.map((state) => (
            <option key={state}>{state}</option>
          ))}
        </select>
      </label>
      <Typed name="project" label="Project" />
      <Typed name="model" label="Model" />
      <Typed name="tag" label="Tag" />
      <Typed name="from" label="From" type="date" />
      <Typed name="to" label="To" type="date" />
      {filtered && (
        <button type="button" onClick={() => change(Object.fromEntries(NAMES.map((name) => [name, null])))}>
          Clear
        </button>
      )}
    </search>
  );
}
