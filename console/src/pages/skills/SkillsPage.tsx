/** Skills that agents can fetch: what they are told, and with which tools. */

import { Link } from "wouter";
import { When } from "../../ui/format";
import { Listed, paged, Table, useList } from "../../ui/list";
import { Dialog } from "../../ui/Dialog";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty } from "../../ui/states";
import { Typed } from "../../ui/Typed";
import { SkillForm } from "./SkillForm";
import { PATH, type Skill } from "./skills";

export default function SkillsPage() {
  const [params] = useParams();
  const search = params.get("search");
  const list = useList(PATH, { search, limit: 50 }, paged<Skill>);
  return (
    <>
      <Title
        name="Skills"
        actions={
          <Dialog open="New skill" title="New skill" kind="primary">
            {(close) => <SkillForm onDone={close} />}
          </Dialog>
        }
      >
        Skills
      </Title>
      <search className="row filters" aria-label="Filter the skills">
        <Typed name="search" label="Search" type="search" />
      </search>
      <Listed list={list} empty={<Empty title={search ? "No skill fits" : "No skills yet"}>{search ? "Try another word." : "Write down what an agent should do the same way each time."}</Empty>}>
        {(rows) => (
          <Table name="Skills" head={["Skill", "Tools", "Tags", "Scope", "Version", "Changed"]}>
            {rows.map((skill) => (
              <tr key={skill.id}>
                <th scope="row">
                  <Link href={`/skills/${encodeURIComponent(skill.id)}`}>{skill.name}</Link>
                  <br />
                  <span className="soft">{skill.description}</span>
                </th>
                <td>{skill.definition.tools?.join(", ") || "–"}</td>
                <td>{skill.tags.join(", ") || "–"}</td>
                <td>
                  {skill.scope}
                  {skill.is_public && ", public"}
                </td>
                <td>{skill.version}</td>
                <td>
                  <When at={skill.updated_at} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
    </>
  );
}
