"""Approvals: requests that wait for a person, decisions, and the end of what nobody decided.

A decision is one transaction: the events in the trace, HEAD, and the request. Two who decide at once aim at one request
that must still be pending, so one wins and the other is told; and a process that dies leaves all of it or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from wakeline.domain import cursor, times
from wakeline.domain.approvals import Approval, ApprovalDetail, ApprovalEntry, is_own, names_of
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, Forbidden, NotFound
from wakeline.domain.governance import decided
from wakeline.domain.ids import is_id

from . import ledger
from .audit import AuditLog, noting
from .evaluation import Governors
from .govern_ports import GovernedStore
from .ledger import ATTEMPTS
from .listing import MAX_READ, IndexPosition, checked_offset

_PAGE = 1_000
_WORD: dict[str, Literal["approved", "denied"]] = {"approve": "approved", "deny": "denied"}


def require(store: GovernedStore, caller: Caller, approval_id: str) -> Approval:
    """The request, if it exists for this caller. Raises `NotFound`."""
    approval = store.approval(caller.workspace_id, approval_id) if is_id(approval_id) else None
    if approval is None or caller.project_id not in (None, approval.project_id):
        raise NotFound("approval not found")
    return approval


def detail(stores: Governors, caller: Caller, approval_id: str) -> ApprovalDetail:
    """A request with the context that the agent gave. That stays in the trace alone, where it can be erased."""
    approval = require(stores.governed, caller, approval_id)
    trace = stores.ledger.head(caller.workspace_id, approval.trace_id)
    first = next(ledger.read_events(stores.ledger, trace), None) if trace is not None else None
    return {**approval.to_json(), "context": ((first.metadata if first else None) or {}).get("context")}


def decide(
    stores: Governors,
    env: Env,
    log: AuditLog,
    caller: Caller,
    approval_id: str,
    verb: Literal["approve", "deny"],
    note: str | None,
) -> Approval:
    """Approve or deny. Raises `NotFound`, `Forbidden` for one's own request, and `Conflict` for one that is not pending
    any more or whose agent may not act any more.
    """
    status = _WORD[verb]
    approval = _decidable(stores, env, caller, approval_id, status)
    who = names_of(caller)[-1]
    said = {"trace_id": approval.trace_id, "agent_id": approval.agent_id, "policy_version": approval.policy_version}
    with noting(log, caller, f"approval.{status}", "approval", approval.id, said):
        for attempt in range(ATTEMPTS):
            ended = replace(
                approval,
                status=status,
                approver_name=who,
                decision_note=note,
                decided_at=times.render(env.now()),
                separation_of_duties_check="pass" if status == "approved" else "not_applicable",
            )
            if _end(stores, env, ended):
                return ended
            env.pause(attempt)
            approval = _decidable(stores, env, caller, approval_id, status)
        raise Busy("too many writers on this request at once; try again")


def _decidable(stores: Governors, env: Env, caller: Caller, approval_id: str, status: str) -> Approval:
    approval = require(stores.governed, caller, approval_id)
    if approval.status == "pending" and _is_over(approval, env.now()):
        expire(stores, env, approval)
        approval = require(stores.governed, caller, approval_id)
    if approval.status != "pending":
        raise Conflict(f"the request is {approval.status} already")
    agent = stores.agents.get(caller.workspace_id, approval.agent_id)
    if status == "approved":
        if is_own(caller, approval, agent.owner if agent else None):
            raise Forbidden("nobody approves a request of their own agent")
        if agent is None or agent.lifecycle_state != "active":
            raise Conflict(f"the agent is {agent.lifecycle_state if agent else 'gone'}; the request can only be denied")
    return approval


def _is_over(approval: Approval, now: datetime) -> bool:
    return times.parse(approval.expires_at) <= now


def expire(stores: Governors, env: Env, approval: Approval) -> bool:
    """End a request that nobody decided in time; whether it was this call that did."""
    for attempt in range(ATTEMPTS):
        ended = replace(approval, status="expired", decided_at=times.render(env.now()))
        if _end(stores, env, ended):
            return True
        env.pause(attempt)
        found = stores.governed.approval(approval.workspace_id, approval.id)
        if found is None or found.status != "pending":
            return False
        approval = found
    raise Busy("too many writers on this request at once; try again")


def _end(stores: Governors, env: Env, ended: Approval) -> bool:
    """Write the end of a request; False when it, or its trace, is not as it was."""
    trace = ledger.living(stores.ledger.head(ended.workspace_id, ended.trace_id))
    trace = ledger.settle(stores.ledger, trace)
    if ended.status == "pending":
        raise AssertionError("a request ends decided or expired")
    who = ended.approver_name or ""
    events = decided(ended.status, ended.id, ended.policy_version, who, ended.decision_note)
    after, segment = ledger.prepared(env, trace, events, ended.decided_at)
    return stores.governed.decide(after, segment, ended)


def sweep(stores: Governors, env: Env, failed: Callable[[Approval, Exception], None]) -> int:
    """End every request whose time is over; how many there were. One that cannot be ended does not keep the others."""
    ended = 0
    for approval in stores.governed.overdue(env.now()):
        try:
            ended += expire(stores, env, approval)
        except Exception as error:
            failed(approval, error)
    return ended


@dataclass(frozen=True, slots=True)
class ApprovalQuery:
    """Which requests, and which part of the list. A `cursor` takes the place of `offset`."""

    status: str | None = None
    agent_id: str | None = None
    limit: int = 20
    offset: int = 0
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """A part of a list, newest first."""

    approvals: list[Approval]
    total: int
    total_exact: bool
    next_cursor: str | None


def listed(store: GovernedStore, caller: Caller, query: ApprovalQuery) -> ApprovalPage:
    """The requests that the caller sees and asks for. Looks at `MAX_READ` entries of the index at most."""
    asked = {"status": query.status, "agent_id": query.agent_id}
    binding = cursor.binding_of("approvals", caller.workspace_id, caller.project_id, asked)
    at = cursor.read(query.cursor, IndexPosition, binding) if query.cursor is not None else None
    skip = 0 if at else checked_offset(query.offset)
    found, finished = _walk(store, caller, query, at.place if at else None, None if at is None else query.limit + 1)
    total, exact = (at.total, at.exact) if at else (len(found), finished)
    wanted = found[skip : skip + query.limit]
    behind = wanted[-1].place if wanted and len(found) > skip + len(wanted) else None
    offset = (at.offset if at else skip) + len(wanted)
    position = IndexPosition(place=behind, total=total, exact=exact, offset=offset) if behind else None
    full = store.approvals(caller.workspace_id, [entry.approval_id for entry in wanted])
    shown = [full[entry.approval_id] for entry in wanted if entry.approval_id in full]
    return ApprovalPage(shown, total, exact, cursor.spell(position, binding) if position else None)


def _walk(
    store: GovernedStore, caller: Caller, query: ApprovalQuery, after: str | None, enough: int | None
) -> tuple[list[ApprovalEntry], bool]:
    found: list[ApprovalEntry] = []
    left = MAX_READ
    while left > 0 and (enough is None or len(found) < enough):
        entries, after = store.entries(caller.workspace_id, after, min(left, _PAGE))
        left -= len(entries)
        found += [
            entry
            for entry in entries
            if query.status in (None, entry.status)
            and query.agent_id in (None, entry.agent_id)
            and caller.project_id in (None, entry.project_id)
        ]
        if after is None:
            return found, True
    return found, False
