"""Rows of bulk exports: the columns that SidClaw's reference names, in its order."""

from datetime import datetime
from typing import Any

from wakeline.domain.events import Event
from wakeline.domain.trace import Trace
from wakeline.domain.views.trace import event_view, trace_view

TRACE_COLUMNS = (
    "trace_id", "agent_id", "agent_name", "operation", "target_integration", "resource_scope", "data_classification",
    "final_outcome", "started_at", "completed_at", "duration_ms", "approval_required", "approver_name",
    "approval_decision", "approval_decided_at", "policy_rule_id", "policy_version",
)  # fmt: skip
EVENT_COLUMNS = (
    "event_id", "trace_id", "agent_id", "event_type", "actor_type", "actor_name", "description", "status", "timestamp",
    "policy_version", "integrity_hash",
)  # fmt: skip


def trace_row(trace: Trace, now: datetime) -> list[Any]:
    """A trace in the order of `TRACE_COLUMNS`."""
    shown = trace_view(trace, now)
    view = {
        **shown,
        "trace_id": shown["id"],
        "operation": shown["requested_operation"],
        "approval_required": shown["has_approval"],
    }
    return [view.get(name) for name in TRACE_COLUMNS]


def event_row(event: Event, trace: Trace) -> dict[str, Any]:
    """An event as the audit export shows it, by the names of `EVENT_COLUMNS`."""
    view = event_view(event, trace.id)
    view |= {"event_id": event.id, "agent_id": trace.agent_id or ""}
    return {name: view.get(name) for name in EVENT_COLUMNS}
