/** What the session rules in force say of the newest runs. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/client";
import type { SessionPage } from "../../api/types";
import { State } from "../../ui/format";
import { Table } from "../../ui/list";
import { Empty, Failure } from "../../ui/states";

interface Checked {
  passed: boolean;
  blocked: boolean;
  policy_version: number;
  results: { rule_name: string; result: "pass" | "fail" | "warn"; action: string; severity: string; details: string }[];
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
