"""Who is calling, what they may do, and how much of it a minute."""

from dataclasses import dataclass
from typing import Literal

from .errors import NotFound
from .trace import Trace

Plan = Literal["standard", "free", "pro", "unlimited"]
Role = Literal["viewer", "developer", "reviewer", "auditor", "admin"]

READS = frozenset({"traces:read", "approvals:read", "policy:read"})
WRITES = frozenset({"traces:write", "memory:write", "skills:write", "incidents:write", "budgets:write"})
SCOPES = (
    READS | WRITES | {"evaluate", "approvals:write", "audit:export", "policy:write", "keys:write", "admin", "service"}
)
PROJECT_KEY_SCOPES = ("traces:read", "traces:write", "evaluate", "memory:write", "skills:write")

ROLES: dict[str, frozenset[str]] = {
    "viewer": READS,
    "developer": READS | WRITES,
    "reviewer": READS | WRITES | {"approvals:write", "audit:export"},
    "auditor": READS | {"audit:export"},
    "admin": frozenset({"admin"}),
}

LIMITS: dict[str, tuple[int, int]] = {
    "standard": (100, 20),
    "free": (300, 100),
    "pro": (1500, 500),
    "unlimited": (1_000_000, 1_000_000),
}
"""Plan → (reads, writes) per token and minute. `unlimited` is for the local stack and a team's own deployment."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. `project_id` is None for one who sees the whole workspace.

    `made_by` is the principal who made the key that was used.
    """

    workspace_id: str
    project_id: str | None
    principal: str
    kind: Literal["key", "service", "user"]
    scopes: frozenset[str]
    plan: str
    made_by: str = ""

    def may(self, scope: str) -> bool:
        """Whether the caller has `scope`. `admin` covers all but `service`, which is only ever given by name."""
        if scope == "service":
            return self.kind == "service"
        if scope == "approvals:read" and "approvals:write" in self.scopes:
            return True
        return scope in self.scopes or "admin" in self.scopes or self.kind == "service"

    def narrowed(self, project_id: str | None) -> str | None:
        """The project to look in: a filter narrows what the caller sees and never broadens it.

        Raises `NotFound` for another project than the caller's.
        """
        if self.project_id is not None and project_id not in (None, self.project_id):
            raise NotFound("project not found")
        return self.project_id or project_id

    def sees(self, trace: Trace | None) -> bool:
        """Whether the trace exists for this caller: there, not deleted, of the caller's workspace and project."""
        return (
            trace is not None
            and trace.deleted is None
            and trace.workspace_id == self.workspace_id
            and self.project_id in (None, trace.project_id)
        )
