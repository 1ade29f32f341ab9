"""DELETE /api/v1/traces/{trace_id} — delete a trace, keeping a tombstone."""

from datetime import datetime

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.trace import Trace
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import deletion, retention, traces
from wakeline.wiring import govern, understanding


@endpoint("DELETE /api/v1/traces/{trace_id}", scope="traces:write", status=204)
def delete_trace(caller: Caller, trace_id: str) -> Reply:
    """Delete payloads, artifacts, analysis and views; kept is where its chain ended, its length, when it went, by whom.

    Incidents lose the trace; one that had no other goes with it. 409 for a governed trace inside its retention.
    """

    def forget(trace: Trace) -> int:
        return deletion.forget(wiring.artifacts(), wiring.files(), understanding.stores(), wiring.env(), trace)

    def kept_until(trace: Trace) -> datetime | None:
        return retention.kept_until(govern.policies(), trace)

    traces.delete(wiring.ledger(), wiring.env(), govern.audit_log(), caller, trace_id, forget, kept_until)
    return Reply(status=204)


handler = lambda_entry(delete_trace)
