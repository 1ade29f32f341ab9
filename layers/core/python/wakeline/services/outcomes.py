"""Outcomes: what became of an action that was allowed, or of any run, told by its agent. It ends the trace."""

from typing import Any

from wakeline.domain import times
from wakeline.domain.append import Sifted
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, NotFound
from wakeline.domain.governance import ended
from wakeline.domain.trace import Trace

from . import approvals, ledger, redacting, traces
from .evaluation import Governors
from .ledger import Draft


def record(
    stores: Governors, env: Env, caller: Caller, trace_id: str, *, success: bool, said: dict[str, Any] | None
) -> None:
    """Append the outcome and close the trace; its final outcome follows from both.

    Raises `NotFound`, and `Conflict` for a trace that is final already, waits for a person, or is Wakeline's own.
    """
    canonical(said, "metadata")
    said = redacting.value(env, caller.workspace_id, said)
    trace = traces.require(stores.ledger, caller, trace_id)
    approval_id = _open(trace).get("approval_request_id")
    if approval_id is not None:
        _check_decided(stores, env, caller, approval_id)

    def draft(head: Trace) -> Draft:
        if not caller.sees(head):
            raise NotFound("trace not found")
        events = ended(_open(head), head.agent or "agent", success=success, said=said)
        return Draft(Sifted(new=[(place, event, head.last_seq + 1 + place) for place, event in enumerate(events)]))

    # Not for Wakeline's own traces: whoever records an outcome may not write the audit log.
    ledger.commit(stores.ledger, env, caller.workspace_id, trace.id, draft, own=trace.governance is not None)


def _open(trace: Trace) -> dict[str, Any]:
    """What HEAD says of the evaluation of a trace that has no final outcome yet; nothing where there was none."""
    if trace.outcome != "in_progress":
        raise Conflict(f"the trace is finalized already: {trace.outcome}")
    return trace.governance or {}


def _check_decided(stores: Governors, env: Env, caller: Caller, approval_id: str) -> None:
    approval = approvals.require(stores.governed, caller, approval_id)
    if approval.status == "pending" and times.parse(approval.expires_at) <= env.now():
        approvals.expire(stores, env, approval)
        raise Conflict("the trace is finalized already: expired")
    if approval.status != "approved":
        raise Conflict(f"the approval request of this trace is {approval.status}")
