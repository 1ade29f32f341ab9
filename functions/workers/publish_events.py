"""Started by the table's stream — tells the event bus what happened to the items that have events."""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.domain.outbox import BusEvent
from wakeline.services import outbox


def read(record: dict[str, Any]) -> tuple[str, list[BusEvent]] | None:
    """The events that a record amounts to. All are one group: the bus takes them in batches."""
    events = wiring.events_in(record)
    return ("bus", events) if events else None


def publish_events(_group: str, changes: list[list[BusEvent]]) -> set[int]:
    """Publish them."""
    return outbox.publish(wiring.bus(), changes)


handler = stream_entry(read, publish_events)
