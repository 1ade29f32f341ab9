"""POST /api/v1/agents — register an agent."""

from api.agents._models import AgentBody, agent_view
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import agents
from wakeline.wiring import govern


@endpoint("POST /api/v1/agents", scope="admin", status=201, also=(200,))
def create_agent(caller: Caller, body: AgentBody) -> Reply:
    """201 for a new agent, 200 for the same one again, 409 for another one under its id."""
    agent, created = agents.create(govern.agents(), wiring.env(), govern.audit_log(), caller, body.model_dump())
    return Reply(agent_view(agent), 201 if created else 200)


handler = lambda_entry(create_agent)
