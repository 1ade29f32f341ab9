"""Governed traces: the events that an evaluation, a decision and an outcome leave, and what HEAD says of them.

Pure. The sequence is SidClaw's: trace_initiated, identity_resolved, policy_evaluated, sensitive_operation_detected if
the policy objects, then operation_allowed, approval_requested, or operation_denied with trace_closed. Each event names
the version of the policy that it follows.
"""

from dataclasses import dataclass
from typing import Any, Literal

from .agents import Agent
from .events import NewEvent
from .policy import Action, Verdict

FinalOutcome = Literal["in_progress", "executed", "completed_with_approval", "blocked", "denied", "expired"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One evaluation: the action, the agent that asks, what it adds, and the policy's version that answers."""

    action: Action
    agent: Agent
    context: dict[str, Any] | None
    policy_version: int


def facts(asked: Asked, verdict: Verdict, approval_id: str | None) -> dict[str, Any]:
    """What HEAD keeps of an evaluation: enough to answer it again."""
    action = asked.action
    return {
        "requested_operation": action.operation,
        "target_integration": action.target_integration,
        "resource_scope": action.resource_scope,
        "data_classification": action.data_classification,
        "authority_model": asked.agent.authority_model,
        "decision": verdict.effect,
        "reason": verdict.reason,
        "policy_rule_id": verdict.rule.name if verdict.rule else None,
        "policy_version": asked.policy_version,
        "risk_classification": action.risk,
        "approval_request_id": approval_id,
    }


def opening(asked: Asked, verdict: Verdict, approval_id: str | None, expires_at: str | None) -> list[NewEvent]:
    """The events of an evaluation."""
    action, agent = asked.action, asked.agent
    what = f"{action.operation} on {action.target_integration}"
    write = _Writer(asked.policy_version)
    write.add(
        "trace_initiated",
        ("agent", agent.name),
        f"Agent initiated {action.operation} operation on {action.target_integration}",
        "started",
        {
            "operation": action.operation,
            "target_integration": action.target_integration,
            "resource_scope": action.resource_scope,
            "data_classification": action.data_classification,
            **({"context": asked.context} if asked.context is not None else {}),
        },
    )
    write.add(
        "identity_resolved",
        ("system", "identity"),
        f"{agent.name} is a known agent, {agent.lifecycle_state}",
        "resolved",
        {
            "agent_id": agent.id,
            "owner": agent.owner,
            "authority_model": agent.authority_model,
            "lifecycle_state": agent.lifecycle_state,
        },
    )
    ruled = {
        "effect": verdict.effect,
        "policy_rule_id": verdict.rule.name if verdict.rule else None,
        "reason": verdict.reason,
        "risk_classification": action.risk,
    }
    engine = ("policy_engine", "policy engine")
    write.add("policy_evaluated", engine, f"The policy says {verdict.effect}: {verdict.reason}", "evaluated", ruled)
    if verdict.effect == "allow":
        write.add("operation_allowed", engine, f"{what} may proceed", "allowed", None)
        return write.events
    write.add("sensitive_operation_detected", engine, f"{what} was flagged", "flagged", ruled)
    if verdict.effect == "approval_required":
        write.approval_id = approval_id
        asks = f"A person is asked about {what}"
        waits = {"flag_reason": verdict.reason, "expires_at": expires_at}
        write.add("approval_requested", _SERVICE, asks, "pending", None, **waits)
        return write.events
    write.add("operation_denied", engine, f"{what} was blocked: {verdict.reason}", "blocked", None)
    write.close("blocked")
    return write.events


def decided(
    status: Literal["approved", "denied", "expired"], approval_id: str, policy_version: int, who: str, note: str | None
) -> list[NewEvent]:
    """The events of a decision, or of a request that nobody decided in time."""
    write = _Writer(policy_version, approval_id)
    said = {"decision_note": note} if note else {}
    match status:
        case "approved":
            write.add("approval_granted", ("human_reviewer", who), f"{who} approved", "approved", None, **said)
        case "denied":
            write.add("approval_denied", ("human_reviewer", who), f"{who} denied", "denied", None, **said)
            write.close("denied")
        case "expired":
            write.add("approval_expired", _SERVICE, "Nobody decided in time", "expired", None)
            write.close("expired")
    return write.events


def ended(governance: dict[str, Any], agent: str, *, success: bool, said: dict[str, Any] | None) -> list[NewEvent]:
    """The events of an outcome that the agent reports. `governance` is empty for a run that nobody governed: its status
    follows from a `session_end`, as any run's.
    """
    approval_id = governance.get("approval_request_id")
    write = _Writer(governance.get("policy_version"), approval_id)
    if success:
        write.add("operation_executed", ("agent", agent), "The operation completed", "success", said)
        write.close("completed_with_approval" if approval_id else "executed")
    else:
        write.add("operation_failed", ("agent", agent), "The operation failed", "error", said)
        write.close("blocked")
    if not governance:
        write.events.append(
            NewEvent.read({"type": "session_end", "payload": {"status": "completed" if success else "failed"}})
        )
    return write.events


_SERVICE = ("approval_service", "approval service")


class _Writer:
    def __init__(self, policy_version: int | None, approval_id: str | None = None) -> None:
        self.events: list[NewEvent] = []
        self.approval_id = approval_id
        self._policy_version = policy_version

    def add(
        self,
        kind: str,
        actor: tuple[str, str],
        description: str,
        status: str,
        metadata: dict[str, Any] | None,
        **payload: Any,
    ) -> None:
        said = {"description": description, "status": status, "policy_version": self._policy_version, **payload}
        if self.approval_id is not None:
            said["approval_request_id"] = self.approval_id
        who = {"type": actor[0], "name": actor[1]}
        self.events.append(NewEvent.read({"type": kind, "actor": who, "payload": said, "metadata": metadata}))

    def close(self, outcome: FinalOutcome) -> None:
        self.add(
            "trace_closed", ("system", "wakeline"), f"The trace ended: {outcome}", "closed", None, final_outcome=outcome
        )
