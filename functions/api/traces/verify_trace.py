"""GET /api/v1/traces/{trace_id}/verify — check a trace's hash chain."""

from dataclasses import asdict
from typing import Any

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import traces


@endpoint("GET /api/v1/traces/{trace_id}/verify", scope="traces:read")
def verify_trace(caller: Caller, trace_id: str) -> dict[str, Any]:
    """Recompute every hash of the trace and say whether the chain holds, and where it first does not."""
    found = asdict(traces.verify(wiring.ledger(), wiring.env(), caller, trace_id))
    return {name: value for name, value in found.items() if value is not None}


handler = lambda_entry(verify_trace)
