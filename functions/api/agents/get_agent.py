"""GET /api/v1/agents/{agent_id} — one agent."""

from api.agents._models import AgentView, agent_view
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import agents
from wakeline.wiring import govern


@endpoint("GET /api/v1/agents/{agent_id}", scope="traces:read")
def get_agent(caller: Caller, agent_id: str) -> AgentView:
    """The agent as it is now."""
    return agent_view(agents.require(govern.agents(), caller.workspace_id, agent_id))


handler = lambda_entry(get_agent)
