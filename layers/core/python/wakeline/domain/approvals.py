"""Approval requests: one action of an agent that waits for a person."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypedDict

from .caller import Caller

ApprovalStatus = Literal["pending", "approved", "denied", "expired"]


@dataclass(frozen=True, slots=True)
class Approval:
    """A request, and what became of it. Times are canonical timestamps.

    `requested_by` are all names of who asked: the principal, and the person who made its key.
    """

    workspace_id: str
    project_id: str
    id: str
    trace_id: str
    agent_id: str
    agent_name: str
    operation: str
    target_integration: str
    resource_scope: str
    data_classification: str
    risk_classification: str
    policy_version: int
    flag_reason: str
    requested_by: tuple[str, ...]
    requested_at: str
    expires_at: str
    policy_rule_id: str | None = None
    status: ApprovalStatus = "pending"
    separation_of_duties_check: Literal["pass", "not_applicable"] = "not_applicable"
    approver_name: str | None = None
    decision_note: str | None = None
    decided_at: str | None = None

    def to_json(self) -> "ApprovalView":
        """The request as the API shows it."""
        said: Any = {name: value for name, value in asdict(self).items() if name != "workspace_id"}
        said["requested_by"] = self.requested_by[0] if self.requested_by else None
        view: ApprovalView = said
        return view


class ApprovalView(TypedDict):
    """A request as the API shows it. Times are RFC 3339, UTC; `requested_by` is the principal that asked."""

    id: str
    project_id: str
    trace_id: str
    agent_id: str
    agent_name: str
    operation: str
    target_integration: str
    resource_scope: str
    data_classification: str
    risk_classification: str
    policy_rule_id: str | None
    policy_version: int
    flag_reason: str
    requested_by: str | None
    requested_at: str
    expires_at: str
    status: ApprovalStatus
    separation_of_duties_check: Literal["pass", "not_applicable"]
    approver_name: str | None
    decision_note: str | None
    decided_at: str | None


class ApprovalDetail(ApprovalView):
    """A request with what the agent said of it."""

    context: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ApprovalEntry:
    """What the index knows of a request: enough to filter a list by. `place` is where a list goes on behind it."""

    approval_id: str
    project_id: str
    status: str
    agent_id: str
    place: str


def names_of(caller: Caller) -> tuple[str, ...]:
    """Every name a caller goes by: the principal, and for a key the person who made it. People lose their `user:`."""
    people = [each for each in (caller.principal, caller.made_by) if each and each.startswith("user:")]
    own = [] if caller.principal.startswith("user:") else [caller.principal]
    return tuple(dict.fromkeys(own + [each.removeprefix("user:") for each in people]))


def is_own(caller: Caller, approval: Approval, owner: str | None) -> bool:
    """Whether a request is the caller's own: they asked, or they own the agent that did."""
    mine = {name.casefold() for name in names_of(caller)}
    theirs = {name.casefold() for name in approval.requested_by}
    if owner is not None:
        theirs.add(owner.removeprefix("user:").casefold())
    return bool(mine & theirs)
