"""What new items of budgets and commits tell the event bus."""

from typing import Any

from wakeline.domain.outbox import BusEvent
from wakeline.domain.outbox.budgets import event_of as budget_event
from wakeline.domain.outbox.commits import event_of as commit_event

from .budgets import alert_of
from .changes import item_change
from .commits import request_of
from .keys import stats
from .table import Item


def events_of(record: dict[str, Any]) -> list[BusEvent] | None:
    """The events that a record amounts to; None when the item is not of this area."""
    partition = record["dynamodb"]["Keys"]["pk"]["S"]
    if partition.startswith(stats.budgets_pk("")):
        item = _inserted(record)
        alert = alert_of(item) if item is not None else None
        return [budget_event(alert)] if alert is not None else []
    if partition.startswith(stats.sync_pk("")):
        item = _inserted(record)
        return [commit_event(request_of(item))] if item is not None else []
    return None


def _inserted(record: dict[str, Any]) -> Item | None:
    """The item that a record says is new."""
    return item_change(record)[1] if record["eventName"] == "INSERT" else None
