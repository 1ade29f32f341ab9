"""A draft of the policy, held against evaluations that were answered already."""

from itertools import islice
from typing import TypedDict

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.policy import Action, Policy, read
from wakeline.domain.policy.document import Effect
from wakeline.domain.trace import Trace

from . import ledger
from .evaluation import INACTIVE, cost_of
from .listing import visible_traces
from .ports import LedgerStore, TraceIndex

MAX_LOOKED_AT = 2_000
"""Traces that are looked at, newest first, for those that are evaluations."""


class Answered(TypedDict):
    """What a policy says. `policy_rule_id` is the name of the rule, null where none matched."""

    decision: Effect
    policy_rule_id: str | None
    reason: str


class Evaluated(TypedDict):
    """One past evaluation: what was asked, what was answered, and what the draft would answer."""

    trace_id: str
    asked_at: str
    agent_id: str
    agent_name: str
    operation: str
    target_integration: str
    resource_scope: str
    data_classification: str
    before: Answered
    after: Answered
    changed: bool


class DryRun(TypedDict):
    """`changed` counts the evaluations with another decision. `not_considered` names conditions of the draft that the
    record cannot tell: how many actions an agent had done under a rule in that hour.
    """

    evaluated: int
    changed: int
    not_considered: list[str]
    results: list[Evaluated]


def run(store: LedgerStore, index: TraceIndex, caller: Caller, text: str, limit: int) -> DryRun:
    """Ask a draft what it says to the newest `limit` evaluations that a policy answered. Raises `Invalid` with the line
    and key of each mistake, `TooLarge`.
    """
    policy = Policy(read(text))
    bounds = [rule.conditions for rule in policy.document.rule]
    costs = any(each.max_cost_per_action_usd is not None for each in bounds)
    looked_at = islice(visible_traces(store, index, caller), MAX_LOOKED_AT)
    governed = islice((trace for trace in looked_at if _was_answered(trace)), limit)
    results = [_evaluated(policy, trace, _cost(store, trace) if costs else None) for trace in governed]
    return {
        "evaluated": len(results),
        "changed": sum(each["changed"] for each in results),
        "not_considered": ["max_actions_per_hour"] if any(each.max_actions_per_hour for each in bounds) else [],
        "results": results,
    }


def _was_answered(trace: Trace) -> bool:
    """Whether it is an evaluation that the policy was asked about: an agent that is not active is refused without."""
    if trace.governance is None:
        return False
    # A rule gives its reason in its author's words.
    by_rule = trace.governance["policy_rule_id"] is not None
    return by_rule or not trace.governance["reason"].startswith(INACTIVE)


def _evaluated(policy: Policy, trace: Trace, cost: float | None) -> Evaluated:
    said = trace.governance or {}
    action = Action(
        agent_id=trace.agent_id or "",
        agent_name=trace.agent or "",
        operation=said["requested_operation"],
        target_integration=said["target_integration"],
        resource_scope=said["resource_scope"],
        data_classification=said["data_classification"],
        cost_usd=cost,
    )
    verdict = policy.decide(action, times.parse(trace.started_at))
    return {
        "trace_id": trace.id,
        "asked_at": trace.started_at,
        "agent_id": action.agent_id,
        "agent_name": action.agent_name,
        "operation": action.operation,
        "target_integration": action.target_integration,
        "resource_scope": action.resource_scope,
        "data_classification": action.data_classification,
        "before": {
            "decision": said["decision"],
            "policy_rule_id": said["policy_rule_id"],
            "reason": said["reason"],
        },
        "after": {
            "decision": verdict.effect,
            "policy_rule_id": verdict.rule.name if verdict.rule else None,
            "reason": verdict.reason,
        },
        "changed": verdict.effect != said["decision"],
    }


def _cost(store: LedgerStore, trace: Trace) -> float | None:
    """What the agent said that the action would cost: its context stands with the first event."""
    first = next(ledger.read_events(store, trace), None)
    context = (first.metadata or {}).get("context") if first is not None else None
    return cost_of(context if isinstance(context, dict) else None)
