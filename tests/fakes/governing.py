"""Policies, agents and governed traces in memory, with the conditions of the real stores, each call atomic."""

from collections.abc import Iterator
from datetime import datetime

from tests.fakes.ledger import MemoryLedger
from wakeline.domain import times
from wakeline.domain.agents import Agent
from wakeline.domain.approvals import Approval, ApprovalEntry
from wakeline.domain.policy.rate import RateUse, Window
from wakeline.domain.policy.stored import Latest, StoredPolicy
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace


class MemoryPolicies:
    """The `PolicyStore` port."""

    def __init__(self) -> None:
        self.stored: dict[str, list[StoredPolicy]] = {}

    def latest(self, workspace_id: str) -> Latest | None:
        versions = self.stored.get(workspace_id)
        return Latest(versions[-1].version, versions[-1].digest, versions[-1].redacts) if versions else None

    def version(self, workspace_id: str, version: int) -> StoredPolicy | None:
        versions = self.stored.get(workspace_id, [])
        return versions[version - 1] if 1 <= version <= len(versions) else None

    def put(self, policy: StoredPolicy) -> bool:
        versions = self.stored.setdefault(policy.workspace_id, [])
        if policy.version != len(versions) + 1:
            return False
        versions.append(policy)
        return True


class MemoryAgents:
    """The `AgentStore` port."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Agent] = {}

    def get(self, workspace_id: str, agent_id: str) -> Agent | None:
        return self.stored.get((workspace_id, agent_id))

    def put(self, agent: Agent) -> bool:
        found = self.stored.get((agent.workspace_id, agent.id))
        if (found.version if found else 0) != agent.version - 1:
            return False
        self.stored[agent.workspace_id, agent.id] = agent
        return True

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Agent]:
        found = [agent for (workspace, _), agent in sorted(self.stored.items()) if workspace == workspace_id]
        return iter(found[:limit])


class MemoryGoverned:
    """The `GovernedStore` port, over a ledger in memory."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.ledger = ledger
        self.requests: dict[tuple[str, str], Approval] = {}
        self.windows: dict[tuple[str, str, str], Window] = {}

    def window(self, workspace_id: str, agent_id: str, rule: str) -> Window:
        return self.windows.get((workspace_id, agent_id, rule), Window())

    def open(self, trace: Trace, segment: Segment, approval: Approval | None, use: RateUse | None) -> bool:
        with self.ledger.lock:
            if use is not None:
                place = (trace.workspace_id, use.agent_id, use.rule)
                if self.windows.get(place, Window()).version != use.window.version - 1:
                    return False
            if not self.ledger.create_with(trace, segment):
                return False
            if use is not None:
                self.windows[place] = use.window
            if approval is not None:
                self.requests[approval.workspace_id, approval.id] = approval
            return True

    def decide(self, after: Trace, segment: Segment, approval: Approval) -> bool:
        with self.ledger.lock:
            stands = self.requests.get((approval.workspace_id, approval.id))
            head = self.ledger.traces[after.workspace_id, after.id]
            held = self.ledger.stored.get((after.workspace_id, after.id), {})
            if stands is None or stands.status != "pending" or head.version != after.version - 1:
                return False
            if segment.first_index in held:
                return False
            self.ledger.put_segment(after.workspace_id, after.id, segment)
            self.ledger.write_head(after, after.version - 1)
            self.requests[approval.workspace_id, approval.id] = approval
            return True

    def approval(self, workspace_id: str, approval_id: str) -> Approval | None:
        return self.requests.get((workspace_id, approval_id))

    def approvals(self, workspace_id: str, approval_ids: list[str]) -> dict[str, Approval]:
        found = ((each, self.approval(workspace_id, each)) for each in approval_ids)
        return {each: approval for each, approval in found if approval is not None}

    def entries(self, workspace_id: str, after: str | None, limit: int) -> tuple[list[ApprovalEntry], str | None]:
        mine = [each for (workspace, _), each in self.requests.items() if workspace == workspace_id]
        placed = sorted(((f"{times.sortable(each.requested_at)}#{each.id}", each) for each in mine), reverse=True)
        wanted = [
            ApprovalEntry(each.id, each.project_id, each.status, each.agent_id, place)
            for place, each in placed
            if after is None or place < after
        ]
        return wanted[:limit], wanted[limit - 1].place if len(wanted) > limit else None

    def overdue(self, now: datetime) -> Iterator[Approval]:
        waiting = [each for each in self.requests.values() if each.status == "pending"]
        return iter([each for each in waiting if times.parse(each.expires_at) <= now])
