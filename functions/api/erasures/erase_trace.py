"""PATCH /api/v1/traces/{trace_id} — erase what events of a trace say, and keep that they were."""

from dataclasses import asdict
from typing import cast

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.evidence.erasure import Selection
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import erasure
from wakeline.wiring import evidence, govern

from ._models import ErasureBody, ErasureView


@endpoint("PATCH /api/v1/traces/{trace_id}", scope="admin")
def erase_trace(caller: Caller, trace_id: str, body: ErasureBody) -> ErasureView:
    """Payload and metadata of the chosen events go for good; hashes stay, so the trace still verifies."""
    chosen = body.erase
    selection = Selection(
        event_ids=frozenset(chosen.event_ids) if chosen.event_ids is not None else None,
        types=frozenset(chosen.types) if chosen.types is not None else None,
        from_index=chosen.from_index,
        to_index=chosen.to_index,
    )
    erased = erasure.erase(
        wiring.ledger(),
        evidence.eraser(),
        govern.audit_log(),
        wiring.env(),
        caller,
        trace_id,
        selection,
        body.reason,
    )
    return cast(ErasureView, asdict(erased))


handler = lambda_entry(erase_trace)
