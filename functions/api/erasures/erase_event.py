"""DELETE /api/traces/{trace_id}/events/{event_id} — erase what one event says, and keep that it was."""

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.evidence.erasure import Selection
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import erasure
from wakeline.wiring import evidence, govern


@endpoint("DELETE /api/traces/{trace_id}/events/{event_id}", scope="admin", status=204)
def erase_event(caller: Caller, trace_id: str, event_id: str) -> None:
    """Payload and metadata go for good; the event's hashes stay, so the trace still verifies."""
    erasure.erase(
        wiring.ledger(),
        evidence.eraser(),
        govern.audit_log(),
        wiring.env(),
        caller,
        trace_id,
        Selection(event_ids=frozenset({event_id})),
        None,
    )


handler = lambda_entry(erase_event)
