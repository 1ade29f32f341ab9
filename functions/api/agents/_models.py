"""Request and response shapes of agents."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, StringConstraints

from wakeline.domain.agents import Agent, AuthorityModel, LifecycleState
from wakeline.domain.ids import Id, Label

Word = Annotated[Label, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2_000)]


class AgentBody(BaseModel):
    """A new agent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Id | None = None
    name: Word
    owner: Word | None = None
    team: Word | None = None
    environment: Word | None = None
    description: Text | None = None
    authority_model: AuthorityModel = "self"
    lifecycle_state: LifecycleState = "active"


class AgentChange(BaseModel):
    """What to set; a field that is absent stays as it is, and null clears one that may be empty."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Word = "-"
    owner: Word | None = None
    team: Word | None = None
    environment: Word | None = None
    description: Text | None = None
    authority_model: AuthorityModel = "self"
    lifecycle_state: LifecycleState = "active"


class AgentView(TypedDict):
    """An agent. Times are RFC 3339, UTC."""

    id: str
    name: str
    owner: str | None
    team: str | None
    environment: str | None
    description: str | None
    authority_model: AuthorityModel
    lifecycle_state: LifecycleState
    created_at: str
    created_by: str
    updated_at: str


class AgentPagination(TypedDict):
    """Where in the list."""

    total: int
    limit: int
    offset: int


class AgentList(TypedDict):
    """Agents by id."""

    data: list[AgentView]
    pagination: AgentPagination


def agent_view(agent: Agent) -> AgentView:
    """An agent as the API shows it."""
    return {
        "id": agent.id,
        "name": agent.name,
        "owner": agent.owner,
        "team": agent.team,
        "environment": agent.environment,
        "description": agent.description,
        "authority_model": agent.authority_model,
        "lifecycle_state": agent.lifecycle_state,
        "created_at": agent.created_at,
        "created_by": agent.created_by,
        "updated_at": agent.updated_at,
    }
