"""What records of the table's stream tell the event bus: each area's reader of its own items."""

from collections.abc import Callable
from typing import Any

from wakeline.domain.outbox import BusEvent
from wakeline.domain.outbox.exports import events_of as export_events
from wakeline.domain.outbox.governance import approval_events, policy_event
from wakeline.domain.outbox.incidents import events_of as incident_events
from wakeline.domain.outbox.replay import events_of as fork_events
from wakeline.domain.outbox.replay import regression_events
from wakeline.domain.outbox.traces import events_of

from . import forks, governed, incidents, nightly, regressions, stats_outbox
from .changes import head_change, item_change
from .keys import evidence, govern, replay, understanding

Reader = Callable[[dict[str, Any]], list[BusEvent] | None]
"""The events that a record amounts to; None when the item is not of this area."""


def _traces(record: dict[str, Any]) -> list[BusEvent] | None:
    change = head_change(record)
    return events_of(*change) if change is not None else None


def _incidents(record: dict[str, Any]) -> list[BusEvent] | None:
    if record["dynamodb"]["Keys"]["sk"]["S"] != understanding.INCIDENT:
        return None
    old, new = item_change(record)
    if new is None:
        return []
    return incident_events(incidents.from_item(old) if old is not None else None, incidents.from_item(new))


def _exports(record: dict[str, Any]) -> list[BusEvent] | None:
    if not record["dynamodb"]["Keys"]["pk"]["S"].startswith(evidence.exported_pk("")):
        return None
    old, new = item_change(record)
    return export_events(nightly.from_item(new)) if old is None and new is not None else []


def _approvals(record: dict[str, Any]) -> list[BusEvent] | None:
    if record["dynamodb"]["Keys"]["sk"]["S"] != govern.APPROVAL:
        return None
    old, new = item_change(record)
    if new is None:
        return []
    return approval_events(governed.from_item(old) if old is not None else None, governed.from_item(new))


def _policies(record: dict[str, Any]) -> list[BusEvent] | None:
    if record["dynamodb"]["Keys"]["sk"]["S"] != govern.POLICY:
        return None
    _, new = item_change(record)
    if new is None:
        return []
    workspace_id = new["pk"].partition("#")[2]
    return [policy_event(workspace_id, new["version"], new["digest"], new["created_at"], new["created_by"])]


def _forks(record: dict[str, Any]) -> list[BusEvent] | None:
    if not record["dynamodb"]["Keys"]["pk"]["S"].startswith(replay.fork_pk("")):
        return None
    old, new = item_change(record)
    return fork_events(forks.from_item(old) if old is not None else None, forks.from_item(new)) if new else []


def _regressions(record: dict[str, Any]) -> list[BusEvent] | None:
    if not record["dynamodb"]["Keys"]["pk"]["S"].startswith(replay.regression_pk("", "")[:3]):
        return None
    old, new = item_change(record)
    if new is None:
        return []
    return regression_events(regressions.from_item(old) if old is not None else None, regressions.from_item(new))


READERS: tuple[Reader, ...] = (
    _traces,
    _incidents,
    _approvals,
    _policies,
    _exports,
    _forks,
    stats_outbox.events_of,
    _regressions,
)


def events_in(record: dict[str, Any]) -> list[BusEvent]:
    """The events that a record of the table's stream amounts to, usually none."""
    return next((found for read in READERS if (found := read(record)) is not None), [])
