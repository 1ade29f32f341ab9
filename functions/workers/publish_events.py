"""Started by the table's stream — tells the event bus of traces that were created, ended or deleted."""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.domain.trace import Trace
from wakeline.services import outbox

Change = tuple[Trace | None, Trace]


def read(record: dict[str, Any]) -> tuple[str, Change] | None:
    """A HEAD before and after. All are one group: the bus takes them in batches."""
    change = wiring.head_change(record)
    return ("bus", change) if change is not None else None


def publish_events(_group: str, changes: list[Change]) -> set[int]:
    """Publish what they amount to."""
    return outbox.publish(wiring.bus(), changes)


handler = stream_entry(read, publish_events)
