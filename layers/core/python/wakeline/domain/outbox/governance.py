"""What the event bus is told of approval requests and policies."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline.domain.approvals import Approval

from .base import BusEvent, event_id


class ApprovalEvent(BusEvent):
    """What every event of a request says. Never the agent's context, nor the reviewer's note."""

    project_id: str
    trace_id: str
    approval_id: str
    agent_id: str
    agent_name: str
    operation: str
    target_integration: str
    resource_scope: str
    data_classification: str
    risk_classification: str
    policy_rule_id: str | None
    policy_version: int
    expires_at: Annotated[str, Field(description="When the request ends undecided. RFC 3339, UTC.")]


class ApprovalRequested(ApprovalEvent):
    """An agent waits for a person."""

    type: Literal["approval.requested"] = "approval.requested"


class ApprovalApproved(ApprovalEvent):
    """A person approved; the agent may proceed."""

    type: Literal["approval.approved"] = "approval.approved"
    approver_name: str | None


class ApprovalDenied(ApprovalEvent):
    """A person denied; the trace is final."""

    type: Literal["approval.denied"] = "approval.denied"
    approver_name: str | None


class ApprovalExpired(ApprovalEvent):
    """Nobody decided in time; the trace is final."""

    type: Literal["approval.expired"] = "approval.expired"


class PolicyUpdated(BusEvent):
    """A new version of the workspace's policy is in force."""

    type: Literal["policy.updated"] = "policy.updated"
    policy_version: int
    digest: Annotated[str, Field(description="SHA-256 of the document's text, in hex.")]
    updated_by: str


EVENTS: tuple[type[BusEvent], ...] = (
    ApprovalRequested,
    ApprovalApproved,
    ApprovalDenied,
    ApprovalExpired,
    PolicyUpdated,
)


def approval_events(old: Approval | None, new: Approval) -> list[BusEvent]:
    """The events that a request's change from `old` (None: it was not there) to `new` amounts to."""
    if old is not None and old.status == new.status:
        return []
    match new.status:
        case "pending":
            return [ApprovalRequested(**_said("approval.requested", new, new.requested_at))]
        case "approved":
            said = _said("approval.approved", new, new.decided_at)
            return [ApprovalApproved(**said, approver_name=new.approver_name)]
        case "denied":
            return [ApprovalDenied(**_said("approval.denied", new, new.decided_at), approver_name=new.approver_name)]
    return [ApprovalExpired(**_said("approval.expired", new, new.decided_at))]


def policy_event(workspace_id: str, version: int, digest: str, at: str, by: str) -> PolicyUpdated:
    """The event of a version that came into force."""
    return PolicyUpdated(
        id=event_id("policy.updated", workspace_id, str(version)),
        occurred_at=at,
        workspace_id=workspace_id,
        policy_version=version,
        digest=digest,
        updated_by=by,
    )


def _said(kind: str, approval: Approval, at: str | None) -> dict[str, str | int | None]:
    return {
        "id": event_id(kind, approval.workspace_id, approval.id),
        "occurred_at": at or approval.requested_at,
        "workspace_id": approval.workspace_id,
        "project_id": approval.project_id,
        "trace_id": approval.trace_id,
        "approval_id": approval.id,
        "agent_id": approval.agent_id,
        "agent_name": approval.agent_name,
        "operation": approval.operation,
        "target_integration": approval.target_integration,
        "resource_scope": approval.resource_scope,
        "data_classification": approval.data_classification,
        "risk_classification": approval.risk_classification,
        "policy_rule_id": approval.policy_rule_id,
        "policy_version": approval.policy_version,
        "expires_at": approval.expires_at,
    }
