/** Who changed what: the workspace's audit trace, newest first. It is hash-chained like any other. */

import { useQuery } from "@tanstack/react-query";
import { ApiError, ask } from "../../api/client";
import type { EventPage, Verification } from "../../api/types";
import { State, When } from "../../ui/format";
import { Table } from "../../ui/list";
import { useParams } from "../../ui/params";
import { Title } from "../../ui/Shell";
import { Empty, Loaded } from "../../ui/states";
import { Integrity } from "../run/Integrity";

const AUDIT = "wakeline:audit";
const PAGE = 100;

interface Entry {
  action?: string;
  resource_type?: string;
  resource_id?: string;
  principal?: string;
  status?: string;
  details?: unknown;
}

export default function AuditPage() {
  const [params, change] = useParams();
  const path = `/api/v1/traces/${AUDIT}/verify`;
  const verified = useQuery({ queryKey: ["verify", AUDIT], queryFn: ({ signal }) => ask<Verification>(path, { signal }) });
  const count = verified.data?.event_count ?? 0;
  const end = Math.min(Number(params.get("before") ?? count), count);
  const begin = Math.max(0, end - PAGE);
  const entries = useQuery({
    queryKey: [AUDIT, begin, end],
    queryFn: ({ signal }) =>
      ask<EventPage>(`/api/traces/${AUDIT}/events`, { query: { limit: end - begin, after_seq: begin > 0 ? begin - 1 : null }, signal }),
    enabled: end > 0,
  });
  if (verified.error instanceof ApiError && verified.error.status === 404) {
    return (
      <>
        <Title name="Audit log">Audit log</Title>
        <Empty title="Nothing was changed yet">Each change of a key, a policy, an agent or an incident is noted here before it is made.</Empty>
      </>
    );
  }
  return (
    <>
      <Title name="Audit log" actions={verified.data && <Integrity id={AUDIT} />}>
        Audit log
      </Title>
      <Loaded query={verified}>
        {() => (
          <Loaded query={entries}>
            {({ events }) => (
              <>
                <Table name="Audit log" head={["When", "Who", "Did", "To", "Details"]}>
                  {events.toReversed().map((event) => {
                    const said = (event.payload ?? {}) as Entry;
                    return (
                      <tr key={event.id}>
                        <td>
                          <When at={event.timestamp} exact />
                        </td>
                        <td>{said.principal}</td>
                        <td>
                          {said.action} {said.status !== "recorded" && <State value={said.status} />}
                        </td>
                        <td>
                          {said.resource_type} <code>{said.resource_id}</code>
                        </td>
                        <td>
                          <details>
                            <summary>Show</summary>
                            <pre>{JSON.stringify(said.details, null, 2)}</pre>
                          </details>
                        </td>
                      </tr>
                    );
                  })}
                </Table>
                <div className="row">
                  <button type="button" disabled={end >= count} onClick={() => change({ before: end + PAGE >= count ? null : String(end + PAGE) })}>
                    Newer
                  </button>
                  <button type="button" disabled={begin === 0} onClick={() => change({ before: String(begin) })}>
                    Older
                  </button>
                  <span className="soft">
                    {begin + 1}–{end} of {count}
                  </span>
                </div>
              </>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}
