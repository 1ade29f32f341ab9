"""Domain events: what the event bus is told, derived from two states of a stored item.

Pure, so that a record of the table's stream that is delivered again gives the same events with the same ids. Each area
has a module here for its own events, which `adapters/dynamodb/outbox.py` reads from the stream.
"""

from . import budgets, commits, exports, governance, incidents, replay, traces
from .base import SOURCE, BusEvent, event_id
from .traces import TraceCompleted, TraceDeleted, TraceEvent, TraceStarted, events_of

EVENTS: tuple[type[BusEvent], ...] = (
    *traces.EVENTS,
    *incidents.EVENTS,
    *governance.EVENTS,
    *exports.EVENTS,
    *replay.EVENTS,
    *budgets.EVENTS,
    *commits.EVENTS,
)
"""Every event there is; docs/schemas holds the schema of each."""

__all__ = [
    "EVENTS",
    "SOURCE",
    "BusEvent",
    "TraceCompleted",
    "TraceDeleted",
    "TraceEvent",
    "TraceStarted",
    "event_id",
    "events_of",
]
