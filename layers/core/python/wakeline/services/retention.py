"""Retention by policy and settings: until when a trace is kept, and from when on it may go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wakeline.domain import times
from wakeline.domain.trace import Trace

from . import policies
from .config_ports import ConfigStore
from .govern_ports import PolicyStore


def kept_until(store: PolicyStore, trace: Trace) -> datetime | None:
    """Until when a governed trace must be kept, by the policy that is in force; None for one that nobody governs.

    It counts from the end of the trace, or from its last event while it has none.
    """
    if trace.governance is None:
        return None
    days = policies.current(store, trace.workspace_id).policy.document.retention.governed_days
    return times.parse(trace.finished_at or trace.created_at) + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Days:
    """For how many days traces are kept, and governed ones; None for ever."""

    ungoverned: int | None
    governed: int | None

    @property
    def fewest(self) -> int | None:
        """How old a trace is at least that may be deleted."""
        return min((each for each in (self.ungoverned, self.governed) if each is not None), default=None)

    def over_at(self, trace: Trace) -> datetime | None:
        """When a trace's time is over; None where it has none."""
        days = self.ungoverned if trace.governance is None else self.governed
        return None if days is None else times.parse(trace.finished_at or trace.created_at) + timedelta(days=days)


def days_of(store: PolicyStore, config: ConfigStore, workspace_id: str) -> Days:
    """What a workspace wants: for traces that nobody governs the shorter time of policy and settings."""
    policy = policies.current(store, workspace_id).policy.document.retention
    set_days = config.current(workspace_id).settings.get("retention_days")
    ungoverned = min((each for each in (policy.days, set_days) if each is not None), default=None)
    return Days(ungoverned, policy.governed_days)
