/** Runs that were run again with something changed. */

import { Link } from "wouter";
import { State, When } from "../../ui/format";
import { Listed, paged, Table, useList } from "../../ui/list";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty } from "../../ui/states";
import type { Fork } from "./forks";

export default function ForksPage() {
  const [params] = useParams();
  const list = useList("/api/v1/forks", { trace_id: params.get("run"), limit: 50 }, paged<Fork>);
  return (
    <>
      <Title
        name="Compare"
        actions={
          <Link href="/forks/new" className="button">
            New fork
          </Link>
        }
      >
        Compare
      </Title>
      <Listed
        list={list}
        empty={<Empty title="No forks yet">Open a run, open “Everything recorded” at a step, and fork the run from there: it is run again with what you change, and held beside the original.</Empty>}
      >
        {(rows) => (
          <Table name="Forks" head={["Fork", "Of", "From step", "Status", "Answered by", "Made"]}>
            {rows.map((fork) => (
              <tr key={fork.id}>
                <th scope="row">
                  <Link href={`/forks/${fork.id}`}>{fork.id}</Link>
                </th>
                <td>
                  <Link href={`/runs/${encodeURIComponent(fork.trace_id)}`}>{fork.trace_id}</Link>
                </td>
                <td>
                  {fork.fork_point_index + 1} <code className="soft">{fork.span_id}</code>
                </td>
                <td>
                  <State value={fork.status} />
                </td>
                <td>{fork.engine ?? "–"}</td>
                <td>
                  <When at={fork.created_at} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
    </>
  );
}
