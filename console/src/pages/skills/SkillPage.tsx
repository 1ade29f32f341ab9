/** One skill, in its latest version or an earlier one. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { ApiError, ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Confirm } from "../../ui/form";
import { When } from "../../ui/format";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";
import { SkillForm } from "./SkillForm";
import { PATH, type Skill } from "./skills";

export default function SkillPage({ id }: { id: string }) {
  const [params] = useParams();
  const version = params.get("version");
  const path = `${PATH}/${encodeURIComponent(id)}`;
  const latest = useQuery({ queryKey: [PATH, id, null], queryFn: ({ signal }) => ask<Skill>(path, { signal }) });
  const shown = useQuery({ queryKey: [PATH, id, version], queryFn: ({ signal }) => ask<Skill>(path, { query: { version }, signal }) });
  if (shown.error instanceof ApiError && shown.error.status === 404) {
    return (
      <Empty whole title="There is no such skill">
        <Link href="/skills">All skills</Link>
      </Empty>
    );
  }
  return <Loaded query={shown}>{(skill) => <Shown skill={skill} latest={latest.data?.version ?? skill.version} />}</Loaded>;
}

function Shown({ skill, latest }: { skill: Skill; latest: number }) {
  const [, change] = useParams();
  return (
    <>
      <Title
        name={skill.name}
        actions={
          <>
            <label>
              <span className="visually-hidden">Version</span>
              <select value={skill.version} onChange={(event) => change({ version: Number(event.target.value) === latest ? null : event.target.value })}>
                {Array.from({ length: latest }, (_, back) => latest - back).map((version) => (
                  <option key={version} value={version}>
                    version {version}
                  </option>
                ))}
              </select>
            </label>
            {skill.version === latest && (
              <>
                <Dialog open="Edit" title={`Edit ${skill.name}`}>
                  {(close) => <SkillForm skill={skill} onDone={close} />}
                </Dialog>
                <Delete skill={skill} />
              </>
            )}
          </>
        }
      >
        {skill.name}
      </Title>
      <p>{skill.description}</p>
      <section className="card" aria-labelledby="prompt">
        <h2 id="prompt">Prompt</h2>
        <pre>{skill.definition.prompt_template}</pre>
      </section>
      <dl className="facts card">
        <dt>Tools</dt>
        <dd>{skill.definition.tools?.join(", ") || "none"}</dd>
        <dt>Variables</dt>
        <dd>{skill.variables?.join(", ") || "none"}</dd>
        <dt>Rounds at most</dt>
        <dd>{skill.definition.max_iterations ?? "–"}</dd>
        <dt>On an error</dt>
        <dd>{skill.definition.error_handling ?? "–"}</dd>
        <dt>Tags</dt>
        <dd>{skill.tags.join(", ") || "none"}</dd>
        <dt>Changed</dt>
        <dd>
          <When at={skill.updated_at} exact />, by {skill.updated_by}
        </dd>
      </dl>
    </>
  );
}

function Delete({ skill }: { skill: Skill }) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const leave = () => {
    go("/skills");
    return queries.invalidateQueries({ queryKey: [PATH] });
  };
  return (
    <Confirm verb="Delete" title={`Delete ${skill.name}?`} act={() => ask(`${PATH}/${encodeURIComponent(skill.id)}`, { method: "DELETE" })} onDone={leave}>
      It goes with all of its versions, for good.
    </Confirm>
  );
}
