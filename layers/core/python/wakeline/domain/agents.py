"""Agents: who may ask to act, whose they are, and whether they still may."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

AuthorityModel = Literal["self", "delegated", "hybrid"]
LifecycleState = Literal["active", "suspended", "revoked"]


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of a workspace. `owner` is a person: their subject, with or without `user:`, or what people call them.

    `version` rises with each change.
    """

    workspace_id: str
    id: str
    name: str
    owner: str | None = None
    team: str | None = None
    environment: str | None = None
    description: str | None = None
    authority_model: AuthorityModel = "self"
    lifecycle_state: LifecycleState = "active"
    created_at: str = ""
    created_by: str = ""
    updated_at: str = ""
    version: int = 1

    def to_json(self) -> dict[str, Any]:
        """The agent as the API shows it."""
        return {name: value for name, value in asdict(self).items() if name != "workspace_id"}
