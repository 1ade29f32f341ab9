"""DELETE /api/v1/traces/{trace_id} — delete a trace, keeping a tombstone."""

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import traces


@endpoint("DELETE /api/v1/traces/{trace_id}", scope="traces:write", status=204)
def delete_trace(caller: Caller, trace_id: str) -> Reply:
    """Delete payloads and views; where the chain ended, how long it was, when it went and by whom is kept."""
    traces.delete(wiring.ledger(), wiring.env(), caller, trace_id)
    return Reply(status=204)


handler = lambda_entry(delete_trace)
