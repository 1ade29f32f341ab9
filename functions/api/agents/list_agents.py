"""GET /api/v1/agents — the workspace's agents."""

from typing import Annotated

from pydantic import Field

from api.agents._models import AgentList, agent_view
from wakeline.domain.agents import LifecycleState
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import agents
from wakeline.wiring import govern

Word = Annotated[str | None, Field(max_length=200)]


@endpoint("GET /api/v1/agents", scope="traces:read")
def list_agents(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    offset: Annotated[int, Field(ge=0)] = 0,
    lifecycle_state: LifecycleState | None = None,
    team: Word = None,
    owner: Word = None,
) -> AgentList:
    """By id. A workspace has at most a thousand, so `total` is exact."""
    found = agents.listed(govern.agents(), caller, lifecycle_state, team, owner)
    shown = [agent_view(agent) for agent in found[offset : offset + limit]]
    return {"data": shown, "pagination": {"total": len(found), "limit": limit, "offset": offset}}


handler = lambda_entry(list_agents)
