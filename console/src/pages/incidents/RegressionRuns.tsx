/** Whether a change helps: the incident's runs replayed with it, before and after. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { State, When } from "../../ui/format";
import { Loaded } from "../../ui/states";
import { type Replay, Substitutions } from "../compare/Substitutions";
import type { FixAnswer, RegressionRun } from "./incidents";

const GOES_ON = new Set(["requested", "running"]);
const LOOK_AGAIN = 1_500;

const pathOf = (id: string) => `/api/incidents/${encodeURIComponent(id)}/regression-runs`;

/** Begin a regression run; the incident itself may become `verified` by it. */
export function useRegression(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Pick<Replay, "substitutions"> & Partial<Replay>) => ask(pathOf(id), { method: "POST", body: wanted }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [pathOf(id)] }),
  });
}

export function RegressionRuns({ id, proposed }: { id: string; proposed: FixAnswer["substitutions"] }) {
  const queries = useQueryClient();
  const runs = useQuery({
    queryKey: [pathOf(id)],
    queryFn: async ({ signal }) => {
      const { regression_runs } = await ask<{ regression_runs: RegressionRun[] }>(pathOf(id), { signal });
      if (regression_runs[0]?.verified) void queries.invalidateQueries({ queryKey: ["incident", id] });
      return regression_runs;
    },
    refetchInterval: ({ state }) => (state.data?.some((run) => GOES_ON.has(run.status)) ? LOOK_AGAIN : false),
  });
  return (
    <section className="card" aria-labelledby="regression">
      <div className="row between">
        <h2 id="regression">Regression runs</h2>
        <Dialog open="Try a change" title="Replay the runs with a change">
          {(close) => <Begin id={id} proposed={proposed} onDone={close} />}
        </Dialog>
      </div>
      <Loaded query={runs}>
        {(found) =>
          found.length === 0 ? (
            <p className="soft">None yet. A regression run replays the runs of this incident with a change, and some that went well, and says what passes before and after.</p>
          ) : (
            <div className="stack">
              {found.map((run, at) => (
                <Run key={run.id} run={run} open={at === 0} />
              ))}
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

function Begin({ id, proposed, onDone }: { id: string; proposed: FixAnswer["substitutions"]; onDone: () => void }) {
  const begin = useRegression(id);
  return <Substitutions given={(proposed ?? []) as Replay["substitutions"]} span="" busy={begin.isPending} error={begin.error} engines={["recorded", "bedrock"]} onReplay={(wanted) => begin.mutate(wanted, { onSuccess: onDone })} />;
}

function Run({ run, open }: { run: RegressionRun; open: boolean }) {
  return (
    <details open={open}>
      <summary>
        <State value={run.status} /> {run.verified && <State value="verified" />} <When at={run.created_at} /> · {run.before_pass} passed before, {run.after_pass} after
      </summary>
      <div className="stack">
        {run.reason && <p>{run.reason}</p>}
        {run.fallback && <p className="soft">At least one replay came to a step that nobody recorded: it cannot be told.</p>}
        <div className="scroll" tabIndex={0} role="region" aria-label="Before and after">
          <table>
            <thead>
              <tr>
                <th scope="col">Run</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">Passed</th>
                <td>{run.before_pass}</td>
                <td>{run.after_pass}</td>
                <td />
              </tr>
              <tr>
                <th scope="row">Failed</th>
                <td>{run.before_fail}</td>
                <td>{run.after_fail}</td>
                <td>{run.inconclusive > 0 && `${run.inconclusive} cannot be told`}</td>
              </tr>
              {run.rows?.map((row) => (
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
      </div>
    </details>
  );
}
