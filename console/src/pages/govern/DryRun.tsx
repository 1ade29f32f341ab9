/** What a draft would have said to past evaluations, and what the session rules in force say of the newest runs. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { ask, send } from "../../api/client";
import type { SessionPage } from "../../api/types";
import { State, When } from "../../ui/format";
import { Table } from "../../ui/list";
import { Empty, Failure } from "../../ui/states";

interface Checked {
  passed: boolean;
  blocked: boolean;
  policy_version: number;
  results: { rule_name: string; result: "pass" | "fail" | "warn"; action: string; severity: string; details: string }[];
}

interface Answered {
  decision: string;
  policy_rule_id: string | null;
  reason: string;
}

interface Tried {
  evaluated: number;
  changed: number;
  not_considered: string[];
  results: {
    trace_id: string;
    asked_at: string;
    agent_name: string;
    operation: string;
    target_integration: string;
    resource_scope: string;
    before: Answered;
    after: Answered;
    changed: boolean;
  }[];
}

/** The text as it stands in the editor, held against evaluations that were answered already. */
export function TryDraft({ text }: { text: string }) {
  const trial = useMutation({
    mutationFn: () => send("/api/policy/dry-run", { method: "POST", raw: { type: "application/toml", text } }).then((answer) => answer.json() as Promise<Tried>),
  });
  const found = trial.data;
  return (
    <section className="stack" aria-labelledby="draft">
      <div className="row between">
        <h2 id="draft">What it would have decided</h2>
        <button type="button" disabled={trial.isPending} onClick={() => trial.mutate()}>
          {trial.isPending ? "Trying…" : "Try this text"}
        </button>
      </div>
      {trial.isError && <Failure error={trial.error} />}
      {!found && !trial.isError && <p className="soft">Asks the text above, saved or not, about the newest hundred evaluations. Nothing is changed by it.</p>}
      {found && (
        <div className="stack" role="status">
          <p>
            {found.evaluated === 0 ? "Nothing was evaluated yet." : `Of ${found.evaluated} evaluations ${found.changed} would be decided otherwise.`}
            {found.not_considered.length > 0 && " How many actions an agent had done in that hour is not considered."}
          </p>
          {found.changed > 0 && (
            <Table name="Decided otherwise" head={["Action", "Agent", "Asked", "Was", "Would be", "Because"]}>
              {found.results
                .filter((each) => each.changed)
                .map((each) => (
                  <tr key={each.trace_id}>
                    <th scope="row">
                      <Link href={`/runs/${encodeURIComponent(each.trace_id)}`}>
                        {each.operation} · {each.target_integration} {each.resource_scope}
                      </Link>
                    </th>
                    <td>{each.agent_name}</td>
                    <td>
                      <When at={each.asked_at} />
                    </td>
                    <td>
                      <State value={each.before.decision} />
                    </td>
                    <td>
                      <State value={each.after.decision} />
                    </td>
                    <td>{each.after.reason}</td>
                  </tr>
                ))}
            </Table>
          )}
        </div>
      )}
    </section>
  );
}

export function DryRun() {
  const [count, setCount] = useState(10);
  const check = useMutation({
    mutationFn: async () => {
      const { sessions } = await ask<SessionPage>("/api/sessions", { query: { limit: count } });
      if (sessions.length === 0) return null;
      return ask<Checked>("/api/v1/policy/check", { method: "POST", body: { sessions: sessions.map(({ id }) => ({ session_id: id })) } });
    },
  });
  return (
    <section className="card" aria-labelledby="dry-run">
      <div className="row between">
        <h2 id="dry-run">Try it on past runs</h2>
        <div className="row">
          <label>
            <span className="visually-hidden">How many runs</span>
            <select value={count} onChange={(event) => setCount(Number(event.target.value))}>
              {[1, 10, 50].map((each) => (
                <option key={each} value={each}>
                  {each === 1 ? "the newest run" : `the newest ${each} runs`}
                </option>
              ))}
            </select>
          </label>
          <button type="button" disabled={check.isPending} onClick={() => check.mutate()}>
            {check.isPending ? "Checking…" : "Check"}
          </button>
        </div>
      </div>
      <p className="soft">Holds the session rules of the policy in force against runs that are stored. Nothing is changed by it.</p>
      {check.isError && <Failure error={check.error} />}
      {check.data === null && <Empty title="No runs yet">Record one first.</Empty>}
      {check.data && (
        <div className="stack" role="status">
          <p>
            {check.data.passed ? "All rules hold." : "Not all rules hold."} {check.data.blocked && "A push or merge would be blocked."}
          </p>
          <Table name="Rules" head={["Rule", "Result", "Severity", "Action", "Details"]}>
            {check.data.results.map((each) => (
              <tr key={`${each.rule_name}${each.details}`}>
                <th scope="row">{each.rule_name}</th>
                <td>
                  <State value={each.result} />
                </td>
                <td>{each.severity}</td>
                <td>{each.action.replaceAll("_", " ")}</td>
                <td>{each.details}</td>
              </tr>
            ))}
          </Table>
        </div>
      )}
    </section>
  );
}
