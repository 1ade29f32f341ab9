"""Session rules of the policy in force, held against stored sessions."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from wakeline.domain.caller import Caller
from wakeline.domain.errors import TooLarge
from wakeline.domain.policy import SessionRule
from wakeline.domain.policy.sessions import BY_HEAD, Seen, fault_of

from . import ledger, policies
from .govern_ports import PolicyStore
from .ports import LedgerStore
from .session_items import session_of

MAX_EVENTS = 200_000
"""Of all sessions of a check together."""
MAX_NAMED = 10


class Result(TypedDict):
    """What one rule says: `fail`, or `warn` where its action stops nobody."""

    rule_name: str
    result: Literal["pass", "fail", "warn"]
    action: str
    severity: str
    details: str


class Check(TypedDict):
    """`passed`: no rule failed. `blocked`: one failed whose action blocks a push or a merge."""

    passed: bool
    blocked: bool
    policy_version: int
    results: list[Result]


def check(store: LedgerStore, stored: PolicyStore, caller: Caller, session_ids: Sequence[str]) -> Check:
    """Hold every session rule against every session. Raises `NotFound` for a session that is not the caller's."""
    current = policies.current(stored, caller.workspace_id)
    rules = current.policy.document.session_rule
    sessions = [Seen(session_of(store, caller, each)) for each in dict.fromkeys(session_ids)]
    if not all(isinstance(rule, BY_HEAD) for rule in rules):
        if sum(each.trace.event_count for each in sessions) > MAX_EVENTS:
            raise TooLarge(f"the sessions have more than {MAX_EVENTS} events together; check fewer at once")
        for each in sessions:
            for event in ledger.read_events(store, each.trace):
                each.add(event)
    results = [_result(rule, sessions) for rule in rules]
    failed = [result for result in results if result["result"] == "fail"]
    return {
        "passed": not failed,
        "blocked": any(result["action"].startswith("block_") for result in failed),
        "policy_version": current.stored.version,
        "results": results,
    }


def _result(rule: SessionRule, sessions: list[Seen]) -> Result:
    faults = [(each.trace.id, fault) for each in sessions if (fault := fault_of(rule, each)) is not None]
    told = [f"{trace_id} {fault}" for trace_id, fault in faults[:MAX_NAMED]]
    if len(faults) > MAX_NAMED:
        told.append(f"and {len(faults) - MAX_NAMED} more sessions")
    warns: Any = "warn" if rule.action in ("warn", "notify") else "fail"
    return {
        "rule_name": rule.name,
        "result": warns if faults else "pass",
        "action": rule.action,
        "severity": rule.severity,
        "details": "; ".join(told) or f"holds for {len(sessions)} session{'' if len(sessions) == 1 else 's'}",
    }
