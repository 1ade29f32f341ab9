"""Domain events on the EventBridge bus."""

from collections.abc import Sequence

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.outbox import SOURCE, BusEvent

MOST = 10
"""Entries of one PutEvents. Ours are a few KB; the 256 KB of a request are far."""


class EventBridgeBus:
    """The `EventBus` port."""

    def put(self, events: Sequence[BusEvent]) -> list[int]:
        """Pattern: publish. PutEvents takes or refuses each entry by itself; the places of those it refused."""
        refused = []
        for at in range(0, len(events), MOST):
            some = events[at : at + MOST]
            answer = aws.client("events").put_events(
                Entries=[
                    {
                        "EventBusName": settings.bus_name(),
                        "Source": SOURCE,
                        "DetailType": event.type,
                        "Time": event.occurred_at,
                        "Detail": event.model_dump_json(),
                    }
                    for event in some
                ]
            )
            refused += [at + place for place, entry in enumerate(answer["Entries"]) if "EventId" not in entry]
        return refused
