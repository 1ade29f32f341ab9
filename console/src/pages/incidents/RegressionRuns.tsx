/** Whether the fix holds: the incident's runs replayed, before and after. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { State, When } from "../../ui/format";
import { Failure, Loaded } from "../../ui/states";
import type { RegressionRun } from "./incidents";

const GOES_ON = new Set(["pending", "queued", "running", "replaying"]);
const LOOK_AGAIN = 2_000;

export function RegressionRuns({ id }: { id: string }) {
  const queries = useQueryClient();
  const path = `/api/incidents/${encodeURIComponent(id)}/regression-runs`;
  const runs = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => ask<{ regression_runs: RegressionRun[] }>(path, { signal }),
    refetchInterval: ({ state }) => (state.data?.regression_runs.some((run) => GOES_ON.has(run.status)) ? LOOK_AGAIN : false),
  });
  const start = useMutation({
    mutationFn: () => ask(path, { method: "POST", body: {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [path] }),
  });
  return (
    <section className="card" aria-labelledby="regression">
      <div className="row between">
        <h2 id="regression">Regression runs</h2>
        <button type="button" disabled={start.isPending} onClick={() => start.mutate()}>
          Run again
        </button>
      </div>
      {start.isError && <Failure error={start.error} />}
      <Loaded query={runs}>
        {({ regression_runs: found }) =>
          found.length === 0 ? (
            <p className="soft">None yet. A regression run replays the runs with this incident and holds them against what was recorded.</p>
          ) : (
            <div className="stack">
              {found.map((run, at) => (
                <Run key={run.id} path={path} run={run} open={at === 0} />
              ))}
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

function Run({ path, run, open }: { path: string; run: RegressionRun; open: boolean }) {
  return (
    <details open={open}>
      <summary>
        <State value={run.status} /> {run.created_at && <When at={run.created_at} />} · passed before {run.before_pass}, after {run.after_pass}
        {run.fallback && " · from the record alone"}
      </summary>
      <Rows path={path} run={run} />
    </details>
  );
}

function Rows({ path, run }: { path: string; run: RegressionRun }) {
  const one = useQuery({
    queryKey: [path, run.id, run.status],
    queryFn: ({ signal }) => ask<RegressionRun | { regression_run: RegressionRun }>(`${path}/${encodeURIComponent(run.id)}`, { signal }),
  });
  const found = one.data ? ("regression_run" in one.data ? one.data.regression_run : one.data) : run;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Before and after">
      <table>
        <thead>
          <tr>
            <th scope="col" />
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Passed</th>
            <td>{found.before_pass}</td>
            <td>{found.after_pass}</td>
            <td>{found.inconclusive > 0 && `${found.inconclusive} cannot be told`}</td>
          </tr>
          <tr>
            <th scope="row">Failed</th>
            <td>{found.before_fail}</td>
            <td>{found.after_fail}</td>
            <td />
          </tr>
          {found.rows?.map((row) => (
            <tr key={row.session_id}>
              <th scope="row">
                <Link href={`/runs/${encodeURIComponent(row.session_id)}`}>{row.session_id}</Link>
              </th>
              <td>
                <State value={row.before} />
              </td>
              <td>
                <State value={row.after} />
              </td>
              <td>{row.why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
