"""Retention by policy: until when a trace is kept, and from when on it may go."""

from datetime import datetime, timedelta

from wakeline.domain import times
from wakeline.domain.trace import Trace

from . import policies
from .govern_ports import PolicyStore


def kept_until(store: PolicyStore, trace: Trace) -> datetime | None:
    """Until when a governed trace must be kept, by the policy that is in force; None for one that nobody governs.

    It counts from the end of the trace, or from its last event while it has none.
    """
    if trace.governance is None:
        return None
    days = policies.current(store, trace.workspace_id).policy.document.retention.governed_days
    return times.parse(trace.finished_at or trace.created_at) + timedelta(days=days)


def over_at(store: PolicyStore, trace: Trace) -> datetime | None:
    """When a trace's time is over; None where the policy sets none. For the sweep that deletes what is old.

    As the sweep asks for many traces at once, a policy that changed within the last half minute may not count yet.
    """
    retention = policies.recent(store, trace.workspace_id).retention
    days = retention.days if trace.governance is None else retention.governed_days
    return None if days is None else times.parse(trace.finished_at or trace.created_at) + timedelta(days=days)
