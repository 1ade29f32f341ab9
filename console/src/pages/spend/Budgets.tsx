/** Budgets: how much of each is spent, and a form to set one. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ask } from "../../api/client";
import { dollars, State } from "../../ui/format";
import { Failure, Loaded } from "../../ui/states";
import type { Budget, BudgetStatus } from "./stats";

const STATUS = "/api/budgets/status";

export function Budgets() {
  const dialog = useRef<HTMLDialogElement>(null);
  const queries = useQueryClient();
  const budgets = useQuery({ queryKey: [STATUS], queryFn: ({ signal }) => ask<{ budgets: BudgetStatus[] }>(STATUS, { signal }) });
  const remove = useMutation({
    mutationFn: (id: string) => ask(`/api/budgets/${encodeURIComponent(id)}`, { method: "DELETE" }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [STATUS] }),
  });
  return (
    <section className="card" aria-labelledby="budgets">
      <div className="row between">
        <h2 id="budgets">Budgets</h2>
        <button type="button" onClick={() => dialog.current?.showModal()}>
          New budget
        </button>
      </div>
      {remove.isError && <Failure error={remove.error} />}
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
                      <button type="button" className="plain" onClick={() => remove.mutate(budget.id)} aria-label={`Delete the budget ${budget.name}`}>
                        Delete
                      </button>
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
      <dialog ref={dialog} aria-labelledby="new-budget">
        <NewBudget onDone={() => dialog.current?.close()} />
      </dialog>
    </section>
  );
}

function NewBudget({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [given, setGiven] = useState({ name: "", amount: 50, period: "monthly" as Budget["period"], warning: 80, project: "" });
  const create = useMutation({
    mutationFn: () => {
      const { warning, ...rest } = given;
      return ask<Budget>("/api/budgets", { method: "POST", body: { ...rest, warning_threshold: warning / 100 } });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: [STATUS] });
      onDone();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form className="stack" onSubmit={submit}>
      <h2 id="new-budget">New budget</h2>
      {create.isError && <Failure error={create.error} />}
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
      <div className="row">
        <button type="submit" className="primary" disabled={create.isPending}>
          Create
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
