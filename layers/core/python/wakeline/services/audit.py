"""The audit log: every mutation by people and keys, in the workspace's hash-chained audit trace.

A mutation is noted *before* it takes effect, when everything about it is checked, so that none goes unnoted whatever
dies where: no note, no mutation. A mutation that then fails is noted as withdrawn. What a process that died in between
leaves is a note of something that was ordered and may not have happened; `noting` says how that is settled.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wakeline.domain import times
from wakeline.domain.audit import AUDIT_PROJECT, AUDIT_TRACE_ID, entry
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Invalid, NotFound, WakelineError
from wakeline.domain.events import NewEvent
from wakeline.domain.trace import new_trace

from . import ledger
from .ports import LedgerStore


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Where mutations are noted. `wiring.govern.audit_log()` makes the real one."""

    store: LedgerStore
    env: Env


@contextmanager
def noting(
    log: AuditLog,
    caller: Caller,
    action: str,
    resource_type: str,
    resource_id: str,
    details: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Note a mutation, then make it in the body: `with noting(log, caller, "api_key.created", "api_key", key.id): …`.

    `action` is `<noun>.<verb in the past>`. Check first, so that what is refused is not noted. A body that raises is
    noted as withdrawn. If the process dies within the body the note stands alone; whoever repeats the request notes it
    again, and whether the first one took effect is what the resource itself tells, which is why `details` should name
    the version, the digest or the state that the mutation leads to. Raises `Busy` when the log cannot be written; then
    the body does not run. Costs three DynamoDB calls.
    """
    mutation_id = log.env.new_id("mut")
    said = (caller, mutation_id, action, resource_type, resource_id, details)
    _append(log, caller.workspace_id, entry(*said))
    try:
        yield
    except Exception as error:
        reason = error.message if isinstance(error, WakelineError) else type(error).__name__
        _append(log, caller.workspace_id, entry(*said, withdrawn=reason[:1024]))
        raise


def system(workspace_id: str, name: str) -> Caller:
    """Who a mutation is by when Wakeline itself makes it: `system(ws, "retention")`."""
    return Caller(workspace_id, None, f"system:{name}", "service", frozenset(), "unlimited")


def _append(log: AuditLog, workspace_id: str, event: NewEvent) -> None:
    sent = [(0, event)]
    try:
        appended = ledger.append(log.store, log.env, workspace_id, AUDIT_TRACE_ID, sent, own=True)
    except NotFound:
        now = times.render(log.env.now())
        fresh = new_trace(
            workspace_id,
            AUDIT_TRACE_ID,
            own=True,
            project_id=AUDIT_PROJECT,
            created_at=now,
            created_by="system:audit",
            started_at=now,
            name="Audit log",
            source="wakeline",
        )
        began = ledger.begin(log.store, log.env, fresh, sent)
        # None: another mutation of this workspace began the trace a moment ago.
        appended = began or ledger.append(log.store, log.env, workspace_id, AUDIT_TRACE_ID, sent, own=True)
    if appended.rejected:
        raise Invalid(f"the mutation cannot be noted: {appended.rejected[0].reason}", field=appended.rejected[0].field)
