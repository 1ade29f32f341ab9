"""Reading a trace's events in pages that are bounded in number and in bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from wakeline.domain.events import Event

MAX_PAGE_BYTES = 4_500_000
"""A Lambda answers with at most 6 MB; this leaves room for what stands around the page."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events as JSON values, and the index to go on from; None at the end of the trace."""

    events: list[dict[str, Any]]
    next_index: int | None


def event_page(
    events: Iterator[Event],
    show: Callable[[Event], dict[str, Any]],
    limit: int,
    event_type: str | None = None,
    max_read: int = 20_000,
) -> EventPage:
    """Take up to `limit` events of a type, `MAX_PAGE_BYTES` of them, and look at no more than `max_read`.

    A page can so be short, or empty, and still have a next one. An event that alone is over the bound makes a page of
    its own.
    """
    taken: list[dict[str, Any]] = []
    room = MAX_PAGE_BYTES
    for looked_at, event in enumerate(events):
        if len(taken) == limit or looked_at == max_read:
            return EventPage(taken, event.index)
        if event_type is not None and event.type != event_type:
            continue
        shown = show(event)
        room -= len(to_json(shown))
        if room < 0 and taken:
            return EventPage(taken, event.index)
        taken.append(shown)
    return EventPage(taken, None)
