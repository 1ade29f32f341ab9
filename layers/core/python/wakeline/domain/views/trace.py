"""A trace and its events as the references under `/api/v1/traces` and `/api/traces` show them."""

from datetime import datetime
from typing import Any, TypedDict, cast

from wakeline.domain import times
from wakeline.domain.events import Event, error_text
from wakeline.domain.payloads import GOVERNANCE_TYPES
from wakeline.domain.trace import Trace

DESCRIPTION_LENGTH = 200


class GovernedView(TypedDict):
    """What an agent asked to do, what the policy said and who approved it; nulls where nobody asked."""

    authority_model: str | None
    requested_operation: str | None
    target_integration: str | None
    resource_scope: str | None
    data_classification: str | None
    risk_classification: str | None
    policy_rule_id: str | None
    policy_version: int | None
    decision: str | None
    has_approval: bool
    approver_name: str | None
    approval_decision: str | None
    approval_decided_at: str | None


class TraceView(GovernedView):
    """A trace. Times are RFC 3339 in UTC, durations milliseconds, costs US dollars."""

    id: str
    session_id: str
    workspace_id: str
    project_id: str
    name: str | None
    user_goal: str | None
    agent: str | None
    agent_id: str
    agent_name: str
    environment: str | None
    source: str | None
    status: str
    tags: list[str]
    metadata: dict[str, Any] | None
    repo: str | None
    author: str | None
    branch: str | None
    cwd: str | None
    tool: str | None
    model: str | None
    models: list[str]
    parent_trace_id: str | None
    final_outcome: str
    created_at: str
    started_at: str
    ended_at: str | None
    completed_at: str | None
    last_event_at: str | None
    duration_ms: int | None
    total_duration_ms: int | None
    event_count: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    total_tokens: int
    total_cost: float | None
    unpriced_calls: int
    head_hash: str
    last_seq: int


class Actor(TypedDict):
    """Who did it."""

    type: str
    name: str


class EventView(TypedDict):
    """An event: what the ledger holds of it, with everything that is needed to verify it, and a line for people."""

    index: int
    seq: int
    id: str
    trace_id: str
    type: str
    event_type: str
    timestamp: str
    received_at: str
    actor: Actor
    actor_type: str
    actor_name: str
    span_id: str | None
    parent_id: str | None
    idempotency_key: str | None
    payload: Any
    metadata: Any
    payload_salt: str | None
    payload_digest: str
    prev_hash: str
    integrity_hash: str
    description: str
    status: str
    policy_version: Any
    approval_request_id: Any


def trace_view(trace: Trace, now: datetime) -> TraceView:
    """A trace in a list or detail: the fields of all references that show one. `duration_ms` in milliseconds, costs
    in US dollars.
    """
    ended = trace.ended_at
    took = round(times.seconds_between(trace.started_at, ended) * 1000) if ended else None
    return {
        "id": trace.id,
        "session_id": trace.id,
        "workspace_id": trace.workspace_id,
        "project_id": trace.project_id,
        "name": trace.name or trace.summary,
        "user_goal": trace.user_goal,
        "agent": trace.agent,
        "agent_id": trace.agent_id or "",
        "agent_name": trace.agent or "",
        "environment": trace.environment,
        "source": trace.source,
        "status": trace.status_at(now),
        "tags": trace.tags,
        "metadata": trace.metadata,
        "repo": trace.repo,
        "author": trace.author,
        "branch": trace.branch,
        "cwd": trace.cwd,
        "tool": trace.tool,
        "model": trace.model or next(iter(trace.models), None),
        "models": trace.models,
        "parent_trace_id": trace.parent_trace_id,
        **_governed(trace),
        "final_outcome": trace.outcome,
        "created_at": trace.created_at,
        "started_at": trace.started_at,
        "ended_at": ended,
        "completed_at": ended,
        "last_event_at": trace.last_at or None,
        "duration_ms": took,
        "total_duration_ms": took,
        "event_count": trace.event_count,
        "input_tokens": trace.counters.get("input_tokens", 0),
        "output_tokens": trace.counters.get("output_tokens", 0),
        "cache_read_tokens": trace.counters.get("cache_read_tokens", 0),
        "cache_write_tokens": trace.counters.get("cache_write_tokens", 0),
        "total_tokens": trace.total_tokens,
        "total_cost": trace.cost_usd,
        "unpriced_calls": trace.counters.get("unpriced_calls", 0),
        "head_hash": trace.head_hash,
        "last_seq": trace.last_seq,
    }


_UNDECIDED: dict[str, str | None] = {"approver_name": None, "approval_decision": None, "approval_decided_at": None}


def _governed(trace: Trace) -> GovernedView:
    """What was asked and what the policy said; of a trace that nobody governed, what comes nearest to it."""
    said = trace.governance
    if said is None:
        return {
            "authority_model": "self",
            "requested_operation": trace.name or "",
            "target_integration": trace.tool or "",
            "resource_scope": trace.cwd or "",
            "data_classification": None,
            "risk_classification": None,
            "policy_rule_id": None,
            "policy_version": None,
            "decision": None,
            "has_approval": False,
            "approver_name": None,
            "approval_decision": None,
            "approval_decided_at": None,
        }
    shown = (
        "authority_model",
        "requested_operation",
        "target_integration",
        "resource_scope",
        "data_classification",
        "risk_classification",
        "policy_rule_id",
        "policy_version",
        "decision",
    )
    has_approval = said.get("approval_request_id") is not None
    asked = {name: said.get(name) for name in shown}
    return cast(GovernedView, asked | {"has_approval": has_approval, **(trace.approval or _UNDECIDED)})


def event_view(event: Event, trace_id: str) -> dict[str, Any]:
    """An event with SidClaw's fields beside the ledger's own: an `EventView`."""
    said = event.body
    governed = event.type in GOVERNANCE_TYPES or event.type == "audit"
    return event.to_json(trace_id) | {
        "event_type": event.type,
        "actor_type": event.envelope["actor"]["type"],
        "actor_name": event.envelope["actor"]["name"],
        "description": said.get("description") if governed and said.get("description") else describe(event),
        "status": _text(said.get("status"))
        or ("error" if event.type == "error" or error_text(said.get("error")) else "recorded"),
        "policy_version": said.get("policy_version") if governed else None,
        "approval_request_id": said.get("approval_request_id") if governed else None,
    }


def describe(event: Event) -> str:
    """One line on what the event is, for people."""
    said = event.body
    actor = event.envelope["actor"]["name"]
    match event.type:
        case "user_message" | "agent_message" | "reasoning":
            line = f"{actor}: {_text(said.get('content')) or ''}"
        case "tool_call":
            line = f"{actor} called {said.get('tool_name')}"
        case "tool_result":
            failure = error_text(said.get("error"))
            line = (
                f"{said.get('tool_name') or 'tool'} failed: {failure}"
                if failure
                else f"{said.get('tool_name') or 'tool'} answered"
            )
        case "llm_call":
            line = f"{said.get('model')} responded"
        case "error":
            line = f"error: {said.get('message')}"
        case "file_change":
            line = f"{said.get('action') or 'modified'} {said.get('path')}"
        case "goal_check":
            line = "goal reached" if said.get("passed") else "goal not reached"
        case _:
            line = " ".join(filter(None, (event.type.replace("_", " "), _text(said.get("name")))))
    return " ".join(line[: 2 * DESCRIPTION_LENGTH].split())[:DESCRIPTION_LENGTH]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
