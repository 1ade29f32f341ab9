"""GET /api/v1/traces/{trace_id} — a trace with its events, approvals and spans."""

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import trace_detail
from wakeline.services.trace_detail import TraceDetail


@endpoint("GET /api/v1/traces/{trace_id}", scope="traces:read")
def get_trace(caller: Caller, trace_id: str) -> TraceDetail:
    """The trace, its first events, and the spans they draw, children nested.

    A long trace says `truncated` and gives `events_after_seq` to go on from in `/api/traces/{id}/events`.
    """
    return trace_detail.detail(wiring.ledger(), wiring.env(), caller, trace_id)


handler = lambda_entry(get_trace)
