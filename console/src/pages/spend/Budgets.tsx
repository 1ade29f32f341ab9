/** Budgets: how much of each is spent, and a form to set one. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Confirm, Form, useSend } from "../../ui/form";
import { dollars, State } from "../../ui/format";
import { Loaded } from "../../ui/states";
import type { Budget, BudgetStatus } from "./stats";

const STATUS = "/api/budgets/status";

export function Budgets() {
  const budgets = useQuery({ queryKey: [STATUS], queryFn: ({ signal }) => ask<{ budgets: BudgetStatus[] }>(STATUS, { signal }) });
  return (
    <section className="card" aria-labelledby="budgets">
      <div className="row between">
        <h2 id="budgets">Budgets</h2>
        <Dialog open="New budget" title="New budget">
          {(close) => <NewBudget onDone={close} />}
        </Dialog>
      </div>
      <Loaded query={budgets}>
        {(data) =>
          data.budgets.length === 0 ? (
            <p className="soft">None is set. A budget warns before a day, week or month costs more than you meant it to.</p>
          ) : (
            <ul className="budgets">
              {data.budgets.map((budget) => (
                <li key={budget.id}>
                  <div className="row between">
                    <span>
                      <strong>{budget.name}</strong> <span className="soft">{budget.period}{budget.project && `, ${budget.project}`}</span>
                    </span>
                    <span className="row">
                      {dollars(budget.current_spend)} of {dollars(budget.amount)} <State value={budget.status} />
                      <Confirm
                        verb="Delete"
                        which={`the budget ${budget.name}`}
                        title={`Delete the budget ${budget.name}?`}
                        plain
                        act={() => ask(`/api/budgets/${encodeURIComponent(budget.id)}`, { method: "DELETE" })}
                        about={[STATUS]}
                      >
                        Nobody is warned by it any more. What was spent stays known.
                      </Confirm>
                    </span>
                  </div>
                  <div className="bar" aria-hidden="true">
                    <span style={{ width: `${Math.min(100, budget.percentage)}%` }} />
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function NewBudget({ onDone }: { onDone: () => void }) {
  const [given, setGiven] = useState({ name: "", amount: 50, period: "monthly" as Budget["period"], warning: 80, project: "" });
  const create = useSend(
    () => {
      const { warning, ...rest } = given;
      return ask<Budget>("/api/budgets", { method: "POST", body: { ...rest, warning_threshold: warning / 100 } });
    },
    [STATUS],
    onDone,
  );
  return (
    <Form submit="Create" sending={create} onSubmit={create.mutate} onCancel={onDone}>
      <label>
        Name
        <input required value={given.name} onChange={(event) => setGiven({ ...given, name: event.target.value })} />
      </label>
      <label>
        Amount in US dollars
        <input type="number" min="0.01" step="0.01" required value={given.amount} onChange={(event) => setGiven({ ...given, amount: Number(event.target.value) })} />
      </label>
      <label>
        Period
        <select value={given.period} onChange={(event) => setGiven({ ...given, period: event.target.value as Budget["period"] })}>
          <option>daily</option>
          <option>weekly</option>
          <option>monthly</option>
        </select>
      </label>
      <label>
        Warn at percent
        <input type="number" min="1" max="100" value={given.warning} onChange={(event) => setGiven({ ...given, warning: Number(event.target.value) })} />
      </label>
      <label>
        Project, or empty for all
        <input value={given.project} onChange={(event) => setGiven({ ...given, project: event.target.value })} />
      </label>
    </Form>
  );
}
