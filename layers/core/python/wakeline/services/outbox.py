"""The outbox: what happened to traces, told to the event bus at least once."""

from collections.abc import Sequence

from wakeline.domain.outbox import events_of
from wakeline.domain.trace import Trace

from .live_ports import EventBus


def publish(bus: EventBus, changes: Sequence[tuple[Trace | None, Trace]]) -> set[int]:
    """Publish the events of HEADs' changes (before, after), in order; the places of those that the bus refused."""
    told = [(place, event) for place, (old, new) in enumerate(changes) for event in events_of(old, new)]
    if not told:
        return set()
    return {told[refused][0] for refused in bus.put([event for _, event in told])}
