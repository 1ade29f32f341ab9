"""PATCH /api/v1/agents/{agent_id} — change an agent, suspend or revoke it."""

from api.agents._models import AgentChange, AgentView, agent_view
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import agents
from wakeline.wiring import govern


@endpoint("PATCH /api/v1/agents/{agent_id}", scope="admin")
def update_agent(caller: Caller, agent_id: str, body: AgentChange) -> AgentView:
    """From the next evaluation on, an agent that is not active is denied whatever the rules say."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    agent = agents.update(govern.agents(), wiring.env(), govern.audit_log(), caller, agent_id, changes)
    return agent_view(agent)


handler = lambda_entry(update_agent)
