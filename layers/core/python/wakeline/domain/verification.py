"""Verifying a trace: every hash again, every index in its place, and HEAD as the sum of its segments."""

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from . import chain
from .delta import Delta, delta_of
from .events import Event
from .segments import Damaged, Segment, decode, recompute
from .trace import BROKEN, Trace, fold

_NOT_FROM_EVENTS = frozenset({"transcript", "changed_at", "version", "seal"})
"""Fields of HEAD that events do not determine; the seal alone covers them."""


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that does not fit: an event id, or `index <n>` where no event is."""

    event: str
    reason: str


class Verifier:
    """Feed it the segments of a trace in order, then ask `finish`. Memory is that of one segment."""

    def __init__(self, trace: Trace) -> None:
        self.broken: Break | None = None
        self.count = 0
        self._trace = trace
        self._hash = chain.genesis(trace.workspace_id, trace.id)
        self._sum = replace(
            trace,
            last_index=-1,
            first_seq=None,
            last_seq=-1,
            head_hash=chain.spell(self._hash),
            counters={},
            cost="0",
            last_at="",
            status="running",
            ended_at=None,
            prompt=None,
            title=None,
            models=[],
            recent_keys="",
        )

    def feed(self, segment: Segment) -> None:
        """Check one segment. After the first break, events are only counted."""
        if self.broken is None:
            self._check(segment)
        self.count += segment.count

    def finish(self) -> Break | None:
        """Hold HEAD against what was fed. Returns the first break, or None."""
        if self.broken is not None:
            return self.broken
        trace = self._trace
        if self._sum.last_index < trace.last_index:
            return Break(f"index {self._sum.last_index + 1}", "the trace's last events are missing")
        for spec in fields(Trace):
            if spec.name not in _NOT_FROM_EVENTS and getattr(trace, spec.name) != getattr(self._sum, spec.name):
                return Break(f"index {trace.last_index}", f"HEAD's {spec.name} is not what the events add up to")
        if trace.checked().seal == BROKEN:
            return Break(f"index {trace.last_index}", "HEAD was changed: its seal does not fit")
        return None

    def _check(self, segment: Segment) -> None:
        expected = self._sum.last_index + 1
        if segment.first_index != expected:
            self._break(f"index {expected}", "events are missing here")
            return
        if segment.prev_hash != self._hash:
            self._break(f"index {expected}", "the segment does not chain on to the one before")
            return
        events: list[Event] = []
        try:
            lines = segment.lines()
        except Damaged:
            self._break(f"index {expected}", "the segment cannot be read")
            return
        for offset, line in enumerate(lines):
            event = self._check_line(line, expected + offset)
            if event is None:
                return
            events.append(event)
        try:
            self._check_facts(segment, events)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            self._break(f"index {expected}", "the segment's events are not what the ledger writes")

    def _check_line(self, line: bytes, index: int) -> Event | None:
        try:
            event = decode(line, self._hash)
            if event.integrity_hash != recompute(line, event):
                self._break(event.id, "the event's hash does not fit its content")
            elif event.index != index:
                self._break(event.id, f"the event says index {event.index} and stands at {index}")
            else:
                self._hash = event.integrity_hash
                return event
        except (ValueError, KeyError, TypeError, AttributeError):
            self._break(f"index {index}", "the event cannot be read")
        return None

    def _check_facts(self, segment: Segment, events: list[Event]) -> None:
        """What the segment's item says about itself must follow from its events."""
        at = f"index {segment.first_index}"
        if len(events) != segment.count or not events:
            self._break(at, f"the segment says {segment.count} events and holds {len(events)}")
        elif (events[0].seq, events[-1].seq) != (segment.first_seq, segment.last_seq):
            self._break(at, "the segment's seq range is not that of its events")
        elif self._hash != segment.head_hash:
            self._break(events[-1].id, "the segment's head hash is not its last event's")
        elif events[0].seq <= self._sum.last_seq or any(a.seq >= b.seq for a, b in pairwise(events)):
            self._break(at, "seq does not rise")
        else:
            delta = delta_of(events, segment.delta.keys, segment.delta.source)
            if any(event.payload is None for event in events):
                delta = _trusted(segment.delta, delta)
            if delta.to_json() != segment.delta.to_json():
                self._break(at, "the segment's counters are not what its events add up to")
            elif not segment.intact:
                self._break(at, "the segment was changed: its seal does not fit")
            else:
                self._sum = fold(self._sum, segment, delta)

    def _break(self, event: str, reason: str) -> None:
        self.broken = self.broken or Break(event, reason)


def _trusted(stored: Delta, known: Delta) -> Delta:
    """A stored delta whose events are partly erased: what their envelopes still say is `known`, the rest is taken on
    its seal.
    """
    kept = {name: count for name, count in known.counters.items() if name == "events" or name.startswith("type.")}
    others = {
        name: count for name, count in stored.counters.items() if name != "events" and not name.startswith("type.")
    }
    said: dict[str, Any] = {"last_at": known.last_at, "first_at": known.first_at, "received_at": known.received_at}
    return replace(stored, counters=dict(sorted((others | kept).items())), **said)
