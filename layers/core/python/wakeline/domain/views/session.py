"""A trace as a session: the fields of the references that list sessions.

Where those show a string, an unknown one is the empty string; numbers that may be unknown (cost) are None then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from wakeline.domain import times
from wakeline.domain.trace import Trace
from wakeline.domain.trace_filter import last_component


class SessionView(TypedDict):
    """A session. `cost` is in US dollars, null where it is unknown; what the `unpriced_calls` cost is not in it."""

    id: str
    author: str
    repo: str
    started_at: str
    ended_at: str | None
    updated_at: str
    duration_secs: int
    tool: str
    summary: str
    status: str
    project: str
    project_name: str
    cwd: str
    branch: str
    model: str
    models: list[str]
    message_count: int
    user_message_count: int
    assistant_message_count: int
    tool_call_count: int
    tool_error_count: int
    subagent_count: int
    compaction_count: int
    error_count: int
    event_count: int
    additions: int
    deletions: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    total_tokens: int
    cost: float | None
    unpriced_calls: int
    tags: list[str]
    notes: str | None
    labels: list[str]
    agent: str
    agent_id: str | None
    user_goal: str
    environment: str
    source: str
    workspace_id: str
    project_id: str
    parent_trace_id: str | None
    outcome: str


def session_view(trace: Trace, now: datetime, labels: Sequence[str] = ()) -> SessionView:
    """A session in a list, or above its content. Durations in whole seconds, cost in US dollars.

    `labels` are what its analysis found, surest first.
    """
    counters = trace.counters
    status = trace.status_at(now)
    user, assistant = counters.get("type.user_message", 0), counters.get("type.agent_message", 0)
    return {
        "id": trace.id,
        "author": trace.author or "",
        "repo": trace.repo or "",
        "started_at": trace.started_at,
        # One that fell silent ended when it last spoke.
        "ended_at": trace.finished_at if status == "stale" else trace.ended_at,
        "updated_at": trace.last_at or trace.created_at,
        "duration_secs": int(duration_of(trace)),
        "tool": trace.tool or "",
        "summary": trace.summary or "",
        "status": status,
        "project": trace.cwd or trace.repo or "",
        "project_name": last_component(trace.cwd or trace.repo or ""),
        "cwd": trace.cwd or "",
        "branch": trace.branch or "",
        "model": trace.model or next(iter(trace.models), ""),
        "models": trace.models,
        "message_count": user + assistant,
        "user_message_count": user,
        "assistant_message_count": assistant,
        "tool_call_count": counters.get("tool_calls", 0),
        "tool_error_count": counters.get("tool_errors", 0),
        "subagent_count": counters.get("type.subagent_start", 0),
        "compaction_count": counters.get("type.compaction", 0),
        "error_count": counters.get("errors", 0),
        "event_count": trace.event_count,
        "additions": counters.get("additions", 0),
        "deletions": counters.get("deletions", 0),
        "input_tokens": counters.get("input_tokens", 0),
        "output_tokens": counters.get("output_tokens", 0),
        "cache_read_tokens": counters.get("cache_read_tokens", 0),
        "cache_write_tokens": counters.get("cache_write_tokens", 0),
        "total_tokens": trace.total_tokens,
        "cost": trace.cost_usd,
        "unpriced_calls": counters.get("unpriced_calls", 0),
        "tags": trace.tags,
        "notes": trace.notes,
        "labels": list(labels),
        "agent": trace.agent or "",
        "agent_id": trace.agent_id,
        "user_goal": trace.user_goal or "",
        "environment": trace.environment or "",
        "source": trace.source or "",
        "workspace_id": trace.workspace_id,
        "project_id": trace.project_id,
        "parent_trace_id": trace.parent_trace_id,
        "outcome": trace.outcome,
    }


def duration_of(trace: Trace) -> float:
    """Seconds from start to end, or to the last event of one without an end."""
    return times.seconds_between(trace.started_at, trace.finished_at) if trace.finished_at else 0.0
