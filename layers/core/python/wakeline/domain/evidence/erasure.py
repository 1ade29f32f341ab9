"""Erasing what events say, and keeping that they were: an erased event has its digest in place of its content."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from wakeline.domain import chain
from wakeline.domain.events import Event
from wakeline.domain.segments import Segment, encode_body


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events of a trace: these ids, these types, an inclusive range of indexes, or all. All that is said must
    hold.
    """

    event_ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    from_index: int = 0
    to_index: int | None = None

    def holds(self, event: Event) -> bool:
        """Whether an event is to be erased."""
        return (
            (self.event_ids is None or event.id in self.event_ids)
            and (self.types is None or event.type in self.types)
            and self.from_index <= event.index
            and (self.to_index is None or event.index <= self.to_index)
        )


def without(segment: Segment, chosen: Callable[[Event], bool]) -> tuple[Segment, list[Event]]:
    """A segment with the content of the chosen events gone, and those events; ones that were erased before stay so.

    What the segment's delta tells of a payload in words goes too. Raises `Damaged` for a segment that cannot be read.
    """
    lines = segment.lines()
    gone: list[Event] = []
    for place, event in enumerate(segment.events(lines)):
        if event.payload is None or not chosen(event):
            continue
        own_hash, _, bare, _ = lines[place].split(b"\t")
        lines[place] = b"\t".join((own_hash, chain.spell(event.payload_digest).encode(), bare, b""))
        gone.append(event)
    if not gone:
        return segment, gone
    delta = replace(segment.delta, prompt=None, title=None)
    return replace(segment, body=encode_body(lines), delta=delta), gone
