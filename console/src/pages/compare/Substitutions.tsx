/** The changes of a replay, and who answers what the record cannot. */

import { type FormEvent, useState } from "react";
import { Failure } from "../../ui/states";
import { type Kind, KINDS, SAYS, type Substitution, valueOf } from "./forks";

export interface Replay {
  substitutions: Substitution[];
  engine: string;
  runner_url?: string;
}

const ENGINES = {
  recorded: "the record alone",
  bedrock: "models on Bedrock, tools from the record",
  webhook: "a runner of your own",
};
type Engine = keyof typeof ENGINES;

interface Row {
  kind: Kind;
  span: string;
  text: string;
}

interface Props {
  given: Substitution[];
  span: string;
  busy: boolean;
  error: unknown;
  engines?: Engine[];
  onReplay: (replay: Replay) => void;
}

export function Substitutions({ given, span, busy, error, engines = ["recorded", "bedrock", "webhook"], onReplay }: Props) {
  const [rows, setRows] = useState<Row[]>(() => (given.length ? given.map(rowOf) : [{ kind: "tool_output", span, text: "" }]));
  const [engine, setEngine] = useState("recorded");
  const [runner, setRunner] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const change = (at: number, said: Partial<Row>) => setRows(rows.map((row, index) => (index === at ? { ...row, ...said } : row)));

  function submit(event: FormEvent) {
    event.preventDefault();
    try {
      const substitutions = rows.map(({ kind, span: at, text }) => ({ kind, value: valueOf(kind, text), ...(at ? { span_id: at } : {}) }));
      setWrong(null);
      onReplay({ substitutions, engine, ...(engine === "webhook" ? { runner_url: runner } : {}) });
    } catch {
      setWrong("Parameters are a JSON object, like {\"top_p\": 0.9}.");
    }
  }

  return (
    <form className="stack" onSubmit={submit}>
      {rows.map((row, at) => (
        <fieldset key={at} className="stack">
          <legend>Change {at + 1}</legend>
          <div className="row filters">
            <label>
              What
              <select value={row.kind} onChange={(event) => change(at, { kind: event.target.value as Kind })}>
                {KINDS.map((kind) => (
                  <option key={kind} value={kind}>
                    {kind.replace("_", " ")}
                  </option>
                ))}
              </select>
            </label>
            <label>
              At step, or empty for all from the fork on
              <input value={row.span} onChange={(event) => change(at, { span: event.target.value })} />
            </label>
            <button type="button" className="plain" disabled={rows.length === 1} onClick={() => setRows(rows.filter((_, index) => index !== at))}>
              Remove
            </button>
          </div>
          <label>
            To: {SAYS[row.kind]}
            <textarea rows={3} required value={row.text} onChange={(event) => change(at, { text: event.target.value })} />
          </label>
        </fieldset>
      ))}
      <span>
        <button type="button" disabled={rows.length >= 50} onClick={() => setRows([...rows, { kind: "message", span: "", text: "" }])}>
          Another change
        </button>
      </span>
      <label>
        Answered by
        <select value={engine} onChange={(event) => setEngine(event.target.value)}>
          {engines.map((each) => (
            <option key={each} value={each}>
              {ENGINES[each]}
            </option>
          ))}
        </select>
      </label>
      {engine === "webhook" && (
        <label>
          The runner's address
          <input type="url" required value={runner} placeholder="https://" onChange={(event) => setRunner(event.target.value)} />
        </label>
      )}
      {wrong && (
        <p className="error" role="alert">
          {wrong}
        </p>
      )}
      {error !== null && <Failure error={error} />}
      <span>
        <button type="submit" className="primary" disabled={busy}>
          {busy ? "Starting…" : "Replay"}
        </button>
      </span>
    </form>
  );
}

function rowOf({ kind, span_id, value }: Substitution): Row {
  return { kind, span: span_id ?? "", text: typeof value === "string" ? value : JSON.stringify(value) };
}
