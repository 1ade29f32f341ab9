/** The runs that were published. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { When } from "../../ui/format";
import { Listed, paged, Table, useList } from "../../ui/list";
import { Title } from "../../ui/Shell";
import { Empty, Failure } from "../../ui/states";
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
                  <Dialog open="Unpublish" title={`Unpublish ${tape.title}?`} kind="danger">
                    {(close) => <Unpublish tape={tape} onDone={close} />}
                  </Dialog>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
    </>
  );
}

function Unpublish({ tape, onDone }: { tape: Tape; onDone: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => ask(`${PATH}/${encodeURIComponent(tape.slug)}`, { method: "DELETE" }),
    onSuccess: () => {
      onDone();
      return queries.invalidateQueries({ queryKey: [PATH] });
    },
  });
  return (
    <>
      <p>Its link leads nowhere then. Whoever saved a copy has it still.</p>
      {remove.isError && <Failure error={remove.error} />}
      <div className="row">
        <button type="button" className="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Unpublish
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </>
  );
}
