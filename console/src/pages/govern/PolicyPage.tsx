/** The policy as its text. What is wrong with a change is said at its line; earlier versions are at hand. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type UIEvent, useId, useRef, useState } from "react";
import { ApiError, type Detail, send } from "../../api/client";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Failure, Loaded } from "../../ui/states";
import { DryRun, TryDraft } from "./DryRun";
import "./govern.css";

const PATH = "/api/v1/policy";

interface Policy {
  text: string;
  version: number;
  tag: string;
}

async function policyOf(version: number | null, signal: AbortSignal): Promise<Policy> {
  const answer = await send(PATH, { query: { version }, signal });
  return { text: await answer.text(), version: Number(answer.headers.get("x-policy-version")), tag: answer.headers.get("etag") ?? "" };
}

export default function PolicyPage() {
  const [params] = useParams();
  const asked = params.has("version") ? Number(params.get("version")) : null;
  const current = useQuery({ queryKey: [PATH, null], queryFn: ({ signal }) => policyOf(null, signal) });
  const shown = useQuery({ queryKey: [PATH, asked], queryFn: ({ signal }) => policyOf(asked, signal) });
  return (
    <>
      <Title name="Policy" actions={current.data && <Versions latest={current.data.version} shown={asked ?? current.data.version} />}>
        Policy
      </Title>
      <Loaded query={shown}>
        {(policy) => <Editor key={policy.version} policy={policy} inForce={current.data ?? policy} />}
      </Loaded>
      <DryRun />
    </>
  );
}

function Versions({ latest, shown }: { latest: number; shown: number }) {
  const [, change] = useParams();
  const known = Array.from({ length: Math.min(latest, 100) + 1 }, (_, back) => latest - back);
  return (
    <label>
      <span className="visually-hidden">Version</span>
      <select value={shown} onChange={(event) => change({ version: Number(event.target.value) === latest ? null : event.target.value })}>
        {known.map((version) => (
          <option key={version} value={version}>
            version {version}
            {version === latest ? ", in force" : version === 0 ? ", the default" : ""}
          </option>
        ))}
      </select>
    </label>
  );
}

function Editor({ policy, inForce }: { policy: Policy; inForce: Policy }) {
  const queries = useQueryClient();
  const [, change] = useParams();
  const [text, setText] = useState(policy.text);
  const save = useMutation({
    // In force must still be what was in force when this was read: two people do not overwrite one another.
    mutationFn: () => send(PATH, { method: "PUT", raw: { type: "application/toml", text }, headers: { "If-Match": inForce.tag } }),
    onSuccess: async () => {
      change({ version: null });
      await queries.invalidateQueries({ queryKey: [PATH] });
    },
  });
  const mistakes = save.error instanceof ApiError ? save.error.details : [];
  const same = text === inForce.text;
  return (
    <section className="card" aria-label="The policy's text">
      {policy.version !== inForce.version && <p>This is version {policy.version}. Saving makes it the policy in force again.</p>}
      <TextWithLines value={text} onChange={setText} mistakes={mistakes} />
      {save.isError && <Failure error={save.error} />}
      {save.isSuccess && same && <p role="status">Saved. It is in force.</p>}
      <div className="row">
        <button type="button" className="primary" disabled={same || save.isPending} onClick={() => save.mutate()}>
          Save as version {inForce.version + 1}
        </button>
        <button type="button" disabled={text === policy.text} onClick={() => setText(policy.text)}>
          Undo changes
        </button>
      </div>
      <TryDraft text={text} />
    </section>
  );
}

/** A text field with line numbers; lines with a mistake are marked, and a button leads to each. */
function TextWithLines({ value, onChange, mistakes }: { value: string; onChange: (text: string) => void; mistakes: Detail[] }) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const margin = useRef<HTMLDivElement>(null);
  const lines = value.split("\n");
  const wrong = new Map(mistakes.flatMap((each) => (each.line ? [[each.line, each] as const] : [])));

  function follow(event: UIEvent<HTMLTextAreaElement>) {
    if (margin.current) margin.current.scrollTop = event.currentTarget.scrollTop;
  }

  function goTo(line: number) {
    const begin = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    field.current?.focus();
    field.current?.setSelectionRange(begin, begin + (lines[line - 1]?.length ?? 0));
  }

  function leave(event: KeyboardEvent<HTMLTextAreaElement>) {
    // Tab leaves the field, as everywhere: nobody is caught in it.
    if (event.key === "Escape") event.currentTarget.blur();
  }

  return (
    <>
      <div className="editor">
        <div ref={margin} className="editor-lines" aria-hidden="true">
          {lines.map((_, at) => (
            <span key={at} className={wrong.has(at + 1) ? "wrong" : ""}>
              {at + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={field}
          aria-label="Policy, TOML"
          aria-invalid={wrong.size > 0}
          aria-describedby={wrong.size > 0 ? id : undefined}
          rows={Math.min(Math.max(lines.length + 1, 12), 32)}
          spellCheck={false}
          wrap="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onScroll={follow}
          onKeyDown={leave}
        />
      </div>
      {wrong.size > 0 && (
        <ul id={id} className="plain-list mistakes">
          {[...wrong].map(([line, each]) => (
            <li key={line}>
              <button type="button" className="plain reference" onClick={() => goTo(line)}>
                line {line}
              </button>{" "}
              <code>{each.field}</code> {each.message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
