"""The outbox: what happened, told to the event bus at least once."""

from collections.abc import Sequence

from wakeline.domain.outbox import BusEvent

from .live_ports import EventBus


def publish(bus: EventBus, changes: Sequence[Sequence[BusEvent]]) -> set[int]:
    """Publish the events of each change, in order; the places of those changes of which the bus refused one."""
    told = [(place, event) for place, events in enumerate(changes) for event in events]
    if not told:
        return set()
    return {told[refused][0] for refused in bus.put([event for _, event in told])}
