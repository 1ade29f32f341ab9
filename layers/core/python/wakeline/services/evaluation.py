"""Evaluation: may an agent do this? Each answer is a governed trace, written together with all that follows from it.

It fails closed: whatever cannot be read or written is an error to the agent, never an `allow`. An answer counts once
its trace, the request for a person and the count of its rule are stored, in one transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypedDict

from wakeline.domain import times
from wakeline.domain.agents import Agent
from wakeline.domain.approvals import Approval, names_of
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Invalid, KeyReused
from wakeline.domain.governance import Asked, facts, opening
from wakeline.domain.policy import Action, Verdict
from wakeline.domain.policy.document import DAY_S, Effect
from wakeline.domain.policy.rate import RateUse
from wakeline.domain.trace import Trace, new_trace

from . import ledger, policies, redacting, traces
from .agents import require as require_agent
from .govern_ports import AgentStore, GovernedStore, PolicyStore
from .ledger import ATTEMPTS
from .ports import LedgerStore

MAX_CONTEXT = 10 * 1024
"""Bytes of a context's canonical JSON."""

INACTIVE = "the agent is "
"""How the reason begins for which an agent that is not active is refused, whatever the policy says."""

COSTS = ("estimated_cost_usd", "cost_usd", "cost_estimate")
"""Names by which a context may say what an action will cost; the highest counts."""


@dataclass(frozen=True, slots=True)
class Governors:
    """The stores that governing works on."""

    ledger: LedgerStore
    governed: GovernedStore
    policies: PolicyStore
    agents: AgentStore


@dataclass(frozen=True, slots=True)
class Request:
    """What an agent asks. Checked already, but for the context's size."""

    agent_id: str
    operation: str
    target_integration: str
    resource_scope: str
    data_classification: Any
    context: dict[str, Any] | None = None
    parent_trace_id: str | None = None
    project_id: str | None = None


class Evaluation(TypedDict):
    """What the API says. `policy_rule_id` is the name of the rule, null where none matched."""

    decision: Effect
    trace_id: str
    approval_request_id: str | None
    reason: str
    policy_rule_id: str | None
    policy_version: int
    risk_classification: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and the trace that holds it: `said` is what its HEAD keeps."""

    trace_id: str
    said: dict[str, Any]

    def to_json(self) -> Evaluation:
        """As the API says it."""
        return {
            "decision": self.said["decision"],
            "trace_id": self.trace_id,
            "approval_request_id": self.said["approval_request_id"],
            "reason": self.said["reason"],
            "policy_rule_id": self.said["policy_rule_id"],
            "policy_version": self.said["policy_version"],
            "risk_classification": self.said["risk_classification"],
        }


def evaluate(stores: Governors, env: Env, caller: Caller, asked: Request, key: str | None) -> Decision:
    """Decide, and leave the trace of it.

    With an idempotency `key` the trace's id follows from it: asking again, also after a process died, is the same
    trace. Raises `NotFound` for an unknown agent or parent, `Invalid`, and `Busy`.
    """
    _check(stores, caller, asked)
    agent = require_agent(stores.agents, caller.workspace_id, asked.agent_id)
    digest = _digest(asked)
    trace_id = _id_of(caller, key) if key is not None else env.new_id("trc")
    if key is not None and (earlier := stores.ledger.head(caller.workspace_id, trace_id)) is not None:
        return _again(earlier, digest)
    for attempt in range(ATTEMPTS):
        found = _open(stores, env, caller, asked, agent, trace_id, digest)
        # Not stored: that trace is there, or another action was counted under the same rule meanwhile.
        found = found or stores.ledger.head(caller.workspace_id, trace_id)
        if found is not None:
            return _again(found, digest)
        env.pause(attempt)
    raise Busy("too many actions of this agent at once; try again")


def _check(stores: Governors, caller: Caller, asked: Request) -> None:
    if asked.context is not None and len(canonical(asked.context, "context")) > MAX_CONTEXT:
        raise Invalid(f"context: has more than {MAX_CONTEXT // 1024} KB", field="context")
    if asked.parent_trace_id is not None:
        traces.require(stores.ledger, caller, asked.parent_trace_id)


def _open(
    stores: Governors, env: Env, caller: Caller, request: Request, agent: Agent, trace_id: str, digest: str
) -> Trace | None:
    """Decide and store; None when nothing was stored."""
    current = policies.current(stores.policies, caller.workspace_id)
    action = Action(
        agent_id=agent.id,
        agent_name=agent.name,
        operation=request.operation,
        target_integration=request.target_integration,
        resource_scope=request.resource_scope,
        data_classification=request.data_classification,
        cost_usd=cost_of(request.context),
    )
    now = env.now()
    use: RateUse | None = None
    if agent.lifecycle_state != "active":
        verdict = Verdict("deny", f"{INACTIVE}{agent.lifecycle_state}")
    else:
        verdict = current.policy.decide(action, now)
        if verdict.counts and verdict.rule is not None:
            window = stores.governed.window(caller.workspace_id, agent.id, verdict.rule.name)
            verdict = current.policy.decide(action, now, window.used(now))
            if verdict.counts and verdict.rule is not None:
                use = RateUse(agent.id, verdict.rule.name, window.with_one(now))
    said = redacting.value(env, caller.workspace_id, request.context)
    asked = Asked(action, agent, said, current.stored.version)
    project_id = caller.narrowed(request.project_id) or traces.DEFAULT_PROJECT
    waits = verdict.effect == "approval_required"
    approval = _approval(env.new_id("apr"), now, caller, asked, verdict, trace_id, project_id) if waits else None
    moment = times.render(now)
    fresh = new_trace(
        caller.workspace_id,
        trace_id,
        project_id=project_id,
        created_at=moment,
        created_by=caller.principal,
        started_at=moment,
        name=action.operation,
        agent=agent.name,
        agent_id=agent.id,
        environment=agent.environment,
        source="evaluate",
        parent_trace_id=request.parent_trace_id,
        request_digest=digest,
        governance=facts(asked, verdict, approval.id if approval else None),
    )
    events = opening(asked, verdict, approval.id if approval else None, approval.expires_at if approval else None)
    after, segment = ledger.prepared(env, fresh, events, moment)
    return after if stores.governed.open(after, segment, approval, use) else None


def _approval(
    approval_id: str, now: datetime, caller: Caller, asked: Asked, verdict: Verdict, trace_id: str, project_id: str
) -> Approval:
    action = asked.action
    lasts = verdict.rule.approval_ttl_s if verdict.rule else DAY_S
    return Approval(
        workspace_id=caller.workspace_id,
        project_id=project_id,
        id=approval_id,
        trace_id=trace_id,
        agent_id=action.agent_id,
        agent_name=action.agent_name,
        operation=action.operation,
        target_integration=action.target_integration,
        resource_scope=action.resource_scope,
        data_classification=action.data_classification,
        risk_classification=action.risk,
        policy_rule_id=verdict.rule.name if verdict.rule else None,
        policy_version=asked.policy_version,
        flag_reason=verdict.reason,
        requested_by=names_of(caller),
        requested_at=times.render(now),
        expires_at=times.render(now + timedelta(seconds=lasts)),
    )


def _again(trace: Trace, digest: str) -> Decision:
    """The answer that a trace holds."""
    if trace.governance is None or trace.request_digest != digest:
        raise KeyReused("this Idempotency-Key was used with another body", field="Idempotency-Key")
    return Decision(trace.id, trace.governance)


def _digest(asked: Request) -> str:
    said = {name: getattr(asked, name) for name in Request.__slots__}
    return sha256(canonical(said, "body")).hexdigest()


def _id_of(caller: Caller, key: str) -> str:
    said = "\0".join((caller.workspace_id, caller.principal, key))
    return f"trc_{sha256(said.encode()).hexdigest()[:32]}"


def cost_of(context: dict[str, Any] | None) -> float | None:
    """What an action will cost by its context; what is no number is not known, and so is no cost at all."""
    said = [(context or {}).get(name) for name in COSTS]
    known = [float(each) for each in said if isinstance(each, int | float) and not isinstance(each, bool) and each >= 0]
    return max(known, default=None)
