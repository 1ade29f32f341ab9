/** The runs that were published. */

import { Link } from "wouter";
import { ask } from "../../api/client";
import { Confirm } from "../../ui/form";
import { When } from "../../ui/format";
import { Listed, paged, Table, useList } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty } from "../../ui/states";
import { type Tape, tapeAddress } from "./tape";

const PATH = "/api/v1/tapes";

export default function TapesPage() {
  const list = useList(PATH, { limit: 50 }, paged<Tape>);
  return (
    <>
      <Title name="Tapes">Tapes</Title>
      <Listed list={list} empty={<Empty title="Nothing is published">Open a run and publish it: whoever has the link reads it, without its secrets, and can check it.</Empty>}>
        {(rows) => (
          <Table name="Tapes" head={["Tape", "Run", "Events", "Taken out", "Published", "Expires", ""]}>
            {rows.map((tape) => (
              <tr key={tape.slug}>
                <th scope="row">
                  <Link href={tapeAddress(tape.slug)}>{tape.title}</Link>
                </th>
                <td>
                  <Link href={`/runs/${encodeURIComponent(tape.trace_id)}`}>{tape.trace_id}</Link>
                </td>
                <td>{tape.event_count}</td>
                <td>{tape.redactions}</td>
                <td>
                  <When at={tape.created_at} />
                </td>
                <td>{tape.expires_at ? tape.expired ? "expired" : <When at={tape.expires_at} /> : "never"}</td>
                <td>
                  <Confirm
                    verb="Unpublish"
                    which={tape.title}
                    title={`Unpublish ${tape.title}?`}
                    act={() => ask(`${PATH}/${encodeURIComponent(tape.slug)}`, { method: "DELETE" })}
                    about={[PATH]}
                  >
                    Its link leads nowhere then. Whoever saved a copy has it still.
                  </Confirm>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
    </>
  );
}
