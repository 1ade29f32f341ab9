"""A trace as a session: the fields of the references that list sessions.

Where those show a string, an unknown one is the empty string; numbers that may be unknown (cost) are None then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wakeline.domain import times
from wakeline.domain.trace import TOKEN_KINDS, Trace
from wakeline.domain.trace_filter import last_component


def session_view(trace: Trace, now: datetime, labels: Sequence[str] = ()) -> dict[str, Any]:
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
        **{kind: counters.get(kind, 0) for kind in TOKEN_KINDS},
        "total_tokens": trace.total_tokens,
        "cost": trace.cost_usd,
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
