"""What governing needs of the outside: policies, agents, approvals, and writes that hold several of them at once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from wakeline.domain.agents import Agent
from wakeline.domain.approvals import Approval, ApprovalEntry
from wakeline.domain.policy.rate import RateUse, Window
from wakeline.domain.policy.stored import Latest, StoredPolicy
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace


class PolicyStore(Protocol):
    """Policies by version. A version never changes. Reads are strongly consistent."""

    def latest(self, workspace_id: str) -> Latest | None:
        """The latest version; None when there is none."""

    def version(self, workspace_id: str, version: int) -> StoredPolicy | None:
        """One version."""

    def put(self, policy: StoredPolicy) -> bool:
        """Store the next version and make it the latest. False when the one before it is not the latest."""


class AgentStore(Protocol):
    """Agents of a workspace. Reads are strongly consistent."""

    def get(self, workspace_id: str, agent_id: str) -> Agent | None:
        """One agent."""

    def put(self, agent: Agent) -> bool:
        """Write an agent over its version before. False when that is not what stands there."""

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Agent]:
        """At most `limit` agents, by id."""


class GovernedStore(Protocol):
    """Governed traces with what must change together with them. Each write is all or nothing."""

    def window(self, workspace_id: str, agent_id: str, rule: str) -> Window:
        """The actions of an agent under a rule in the running hour."""

    def open(self, trace: Trace, segment: Segment, approval: Approval | None, use: RateUse | None) -> bool:
        """Store a new trace, into which `segment` is folded already, with the request and the count that go with it.

        False when a trace of that id is there, or the count moved meanwhile.
        """

    def decide(self, after: Trace, segment: Segment, approval: Approval) -> bool:
        """End a pending request: `after` is HEAD with `segment` folded in.

        False when the request is not pending any more, or HEAD moved meanwhile.
        """

    def approval(self, workspace_id: str, approval_id: str) -> Approval | None:
        """One request, strongly consistent."""

    def approvals(self, workspace_id: str, approval_ids: list[str]) -> dict[str, Approval]:
        """Many requests by id, for lists: eventually consistent."""

    def entries(self, workspace_id: str, after: str | None, limit: int) -> tuple[list[ApprovalEntry], str | None]:
        """One page of a workspace's requests, newest first, after a place; and the place behind it, None at the end."""

    def overdue(self, now: datetime) -> Iterator[Approval]:
        """Pending requests of all workspaces whose time is over."""
