"""Reading views of a ledger in pages bounded by items, by bytes answered and by bytes read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wakeline.domain.events import Event
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace
from wakeline.domain.views.room import Room
from wakeline.domain.views.view import View

from .ledger import read_segments
from .ports import LedgerStore


@dataclass(slots=True)
class Budget:
    """What one request may still read: bytes as stored cost read units, bytes inflated time, each ledger a call.

    As many ledgers as the longest page has items: one that is short though there is more misleads who pages by offset.
    """

    traces: int = 2_000
    ledgers: int = 1_000
    segments: int = 5_000
    stored: int = 16_000_000
    inflated: int = 64_000_000

    @property
    def spent_reading(self) -> bool:
        """Whether nothing more of the ledger that is being read may be read."""
        return min(self.segments, self.stored, self.inflated) <= 0

    @property
    def spent(self) -> bool:
        """Whether no further ledger may be begun."""
        return min(self.traces, self.ledgers, self.segments, self.stored, self.inflated) <= 0


class Collector:
    """Fills a page of one view: passes over `skip` items, takes up to `limit`, then looks on for the ends of open ones.

    `expected` is how many items the ledger has from `start` on, where known: nothing is looked for behind the last.
    `next_index` is where the next page begins; `skip` what is still to be passed over. `cut`: there is an item beyond.
    """

    def __init__(
        self, view: View, room: Room, limit: int, *, expected: int | None, start: int = 0, skip: int = 0
    ) -> None:
        self.view = view
        self.room = room
        self.limit = limit
        self.skip = skip
        self.next_index = start
        self.cut = False
        self._to_come = expected
        self._ahead = view.lookahead

    @property
    def full(self) -> bool:
        return self.cut or len(self.view) >= self.limit or self.room.full

    @property
    def done(self) -> bool:
        """Whether nothing further is wanted of the ledger."""
        return self._all_begun and (self._ahead <= 0 or not self.view.waiting)

    @property
    def _all_begun(self) -> bool:
        return self.full or (self._to_come is not None and self._to_come <= 0)

    def wants(self, counters: Mapping[str, int]) -> bool:
        """Whether a segment with these counters, read from its first event on, has to be looked into."""
        begins = self.view.count(counters)
        if not self.full and begins is not None and 0 < begins < self.skip:
            # Not the last of the skipped ones: what stands right before the page may belong to its first item.
            self._pass(begins)
            return False
        if self._all_begun:
            self._ahead -= 1
        return self.view.waiting if self.full else self.view.reads(counters)

    def feed(self, event: Event) -> None:
        if event.index < self.next_index or not self.view.begins(event):
            self.view.go_on(event)
        elif self.full:
            self.cut = True
            self.view.go_on(event)
        elif self.skip:
            self._pass(1)
            self.next_index = event.index + 1
            self.view.go_on(event)
        else:
            self.view.begin(event)
            self.next_index = event.index + 1
            self._meet(1)

    def _pass(self, items: int) -> None:
        self.skip -= items
        self._meet(items)

    def _meet(self, items: int) -> None:
        if self._to_come is not None:
            self._to_come -= items


def read_views(
    store: LedgerStore, trace: Trace, collectors: Sequence[Collector], budget: Budget, start: int = 0
) -> bool:
    """Feed the events from `start` on to the collectors until they are done. False when the budget was spent before.

    A collector that was not done then has `next_index` at the first event that was not read.
    """
    if all(collector.done for collector in collectors):
        return True
    for segment in read_segments(store, trace, start):
        if budget.spent_reading:
            _stop_at(segment.first_index, collectors)
            return False
        budget.segments -= 1
        budget.stored -= len(segment.body)
        _read_segment(segment, collectors, budget, start)
        # What stands past HEAD is read even then: reading folds it in.
        if segment.last_index < trace.last_index and all(collector.done for collector in collectors):
            return True
    return True


def _read_segment(segment: Segment, collectors: Iterable[Collector], budget: Budget, start: int) -> None:
    counters = segment.delta.counters
    # Counters are the whole segment's, so one that is entered midway is always looked into.
    midway = segment.first_index < start
    wanting = [each for each in collectors if not each.done and (midway or each.wants(counters))]
    if not wanting:
        return
    lines = segment.lines()
    budget.inflated -= sum(map(len, lines))
    for event in segment.events(lines):
        if event.index >= start:
            for collector in wanting:
                collector.feed(event)


def _stop_at(index: int, collectors: Iterable[Collector]) -> None:
    for collector in collectors:
        if not collector.done:
            collector.next_index = index
            collector.cut = True
