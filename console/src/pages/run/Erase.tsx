/** Erase what events say, and keep that they were: their hashes stay, and the record still verifies. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { Form } from "../../ui/form";

/** Which events: as the API takes it. */
interface Selection {
  event_ids?: string[];
  types?: string[];
}

const KINDS: Record<string, string[]> = {
  "of what users said": ["user_message"],
  "of what agents said": ["agent_message", "reasoning"],
  "of tool calls and their results": ["tool_call", "tool_result"],
  "of model calls": ["llm_call"],
};

/** `event` is one event's id; without it, one chooses among the run's. */
export function Erase({ run, event, onErased }: { run: string; event?: string; onErased: () => unknown }) {
  return (
    <Dialog open={event ? "Erase the content" : "Erase"} title={event ? "Erase what this event says?" : "Erase what this run says?"} kind={event ? "plain" : "danger"}>
      {(close) => (
        <Chosen
          run={run}
          {...(event ? { event } : {})}
          onCancel={close}
          onErased={() => {
            close();
            return onErased();
          }}
        />
      )}
    </Dialog>
  );
}

function Chosen({ run, event, onErased, onCancel }: { run: string; event?: string; onErased: () => unknown; onCancel: () => void }) {
  const [kind, setKind] = useState("");
  const [reason, setReason] = useState("");
  const erase = useMutation({
    mutationFn: () => {
      const types = KINDS[kind];
      const selection: Selection = { ...(event ? { event_ids: [event] } : {}), ...(types ? { types } : {}) };
      return ask(`/api/v1/traces/${encodeURIComponent(run)}`, { method: "PATCH", body: { erase: selection, reason } });
    },
    onSuccess: onErased,
  });
  return (
    <Form submit="Erase" submitting="Erasing…" kind="danger" sending={erase} onSubmit={erase.mutate} onCancel={onCancel}>
      <p>It goes for good. That the events were there, when, and their hashes stay, so the record still verifies.</p>
      {!event && (
        <label>
          The content
          <select value={kind} onChange={(changed) => setKind(changed.target.value)}>
            <option value="">of all events</option>
            {Object.keys(KINDS).map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Why; it is kept in the audit log
        <input required maxLength={200} value={reason} onChange={(changed) => setReason(changed.target.value)} />
      </label>
    </Form>
  );
}
