"""GET /api/v1/traces/{trace_id}/verify — check a trace's hash chain."""

from dataclasses import asdict
from typing import NotRequired, TypedDict, cast

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import verification
from wakeline.wiring import evidence


class Verified(TypedDict):
    """Whether the chain holds, and what it ends on."""

    trace_id: str
    valid: bool
    event_count: int
    head_hash: str
    verified_at: str
    first_invalid_event: NotRequired[str]
    reason: NotRequired[str]


@endpoint("GET /api/v1/traces/{trace_id}/verify", scope="traces:read")
def verify_trace(caller: Caller, trace_id: str) -> Verified:
    """Recompute every hash, hold them against the signed digests, and say where the first thing does not fit."""
    found = asdict(
        verification.verify(
            wiring.ledger(),
            evidence.proofs(),
            evidence.digests(),
            evidence.archive(),
            wiring.env(),
            caller,
            trace_id,
        )
    )
    return cast(Verified, {name: value for name, value in found.items() if value is not None})


handler = lambda_entry(verify_trace)
