/** Take an incident to another status: only to one that is allowed from where it is. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ask } from "../../api/client";
import { Failure } from "../../ui/states";
import { type Incident, type IncidentStatus, NEXT } from "./incidents";

export function MoveTo({ incident }: { incident: Incident }) {
  const change = useChange(incident.id);
  return (
    <>
      <label>
        <span className="visually-hidden">Move {incident.title} to</span>
        <select value="" disabled={change.isPending} onChange={(event) => change.mutate({ status: event.target.value as IncidentStatus })}>
          <option value="">{change.isPending ? "Moving…" : "Move to…"}</option>
          {NEXT[incident.status].map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
      </label>
      {change.isError && <Failure error={change.error} />}
    </>
  );
}

export interface Change {
  status?: IncidentStatus;
  owner_id?: string | null;
  reason?: string | null;
}

export function useChange(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => ask<Incident>(`/api/incidents/${encodeURIComponent(id)}`, { method: "PATCH", body: change }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["/api/incidents"] }),
        queries.invalidateQueries({ queryKey: ["incident", id] }),
      ]),
  });
}
