"""Agents: register, look at, change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wakeline.domain import times
from wakeline.domain.agents import Agent
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, Invalid, NotFound
from wakeline.domain.ids import is_id

from .audit import AuditLog, noting
from .govern_ports import AgentStore
from .ledger import ATTEMPTS

MAX_AGENTS = 1_000
"""Of a workspace. A list reads them all: an agent is half a kilobyte."""


def create(store: AgentStore, env: Env, log: AuditLog, caller: Caller, said: Mapping[str, Any]) -> tuple[Agent, bool]:
    """Register an agent of checked facts; returns it and whether it is new.

    Without an owner, it is the person's who registers it. The same id with the same facts is the agent that is there,
    with others it is `Conflict`.
    """
    now = times.render(env.now())
    facts = {name: value for name, value in said.items() if value is not None and name != "id"}
    if caller.principal.startswith("user:"):
        facts.setdefault("owner", caller.principal.removeprefix("user:"))
    agent = Agent(
        workspace_id=caller.workspace_id,
        id=said.get("id") or env.new_id("agt"),
        created_at=now,
        created_by=caller.principal,
        updated_at=now,
        **facts,
    )
    found = store.get(caller.workspace_id, agent.id) if said.get("id") else None
    if found is None:
        if sum(1 for _ in store.of_workspace(caller.workspace_id, MAX_AGENTS)) >= MAX_AGENTS:
            raise Invalid(f"a workspace has at most {MAX_AGENTS} agents", field="id")
        with noting(log, caller, "agent.created", "agent", agent.id, _shown(agent)):
            if store.put(agent):
                return agent, True
            found = store.get(caller.workspace_id, agent.id)
            if found is None or _shown(found) != _shown(agent):
                raise Conflict(f"an agent of the id {agent.id} exists and is another", field="id")
    if _shown(found) != _shown(agent):
        raise Conflict(f"an agent of the id {agent.id} exists and is another", field="id")
    return found, False


def require(store: AgentStore, workspace_id: str, agent_id: str) -> Agent:
    """The agent. Raises `NotFound`."""
    agent = store.get(workspace_id, agent_id) if is_id(agent_id) else None
    if agent is None:
        raise NotFound("agent not found")
    return agent


def listed(store: AgentStore, caller: Caller, state: str | None, team: str | None, owner: str | None) -> list[Agent]:
    """The workspace's agents by id, narrowed by what is given."""
    wanted = {"lifecycle_state": state, "team": team, "owner": owner}
    asked = {name: value for name, value in wanted.items() if value is not None}
    return [
        agent
        for agent in store.of_workspace(caller.workspace_id, MAX_AGENTS)
        if all(getattr(agent, name) == value for name, value in asked.items())
    ]


def update(
    store: AgentStore, env: Env, log: AuditLog, caller: Caller, agent_id: str, changes: Mapping[str, Any]
) -> Agent:
    """Change an agent. Raises `NotFound`, `Busy`, and `Conflict` for one that was revoked: that is for good."""
    agent = require(store, caller.workspace_id, agent_id)
    if replace(agent, **changes) == agent:
        return agent
    _check_revoked(agent, changes)
    with noting(log, caller, "agent.updated", "agent", agent.id, dict(changes)):
        for attempt in range(ATTEMPTS):
            after = replace(agent, **changes, updated_at=times.render(env.now()), version=agent.version + 1)
            if store.put(after):
                return after
            env.pause(attempt)
            agent = require(store, caller.workspace_id, agent_id)
            _check_revoked(agent, changes)
        raise Busy("too many writers of this agent at once; try again")


def _check_revoked(agent: Agent, changes: Mapping[str, Any]) -> None:
    if agent.lifecycle_state == "revoked" and changes.get("lifecycle_state", "revoked") != "revoked":
        raise Conflict("a revoked agent stays revoked; register another one", field="lifecycle_state")


def _shown(agent: Agent) -> dict[str, Any]:
    own = ("created_at", "created_by", "updated_at", "version", "id")
    return {name: value for name, value in agent.to_json().items() if name not in own}
