"""The feed: whatever is delivered twice, late, reordered or half, each event gets one number and none is left out."""

from contextlib import suppress
from itertools import count
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_trace, messages
from tests.fakes.dying import Died
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.fakes.live import MemoryFeed
from wakeline.domain.errors import Busy
from wakeline.domain.feed import Appended
from wakeline.services import feed, ledger

WS = "ws_1"


class World:
    """A ledger with segments and the records that tell of them, in the order of their commits."""

    def __init__(self) -> None:
        self.store, self.feed, self.env = MemoryLedger(), MemoryFeed(), fixed_env()
        self.records: list[Appended] = []
        self._names = count()

    def trace(self, trace_id: str, project_id: str = "proj_1") -> None:
        assert self.store.create(make_trace(trace_id, project_id=project_id))

    def append(self, trace_id: str, events: int) -> Appended:
        before = self.store.head(WS, trace_id)
        assert before is not None
        ledger.append(self.store, self.env, WS, trace_id, messages(events, f"{trace_id}-{next(self._names)}-"))
        self.records.append(Appended(WS, trace_id, before.last_index + 1, events))
        return self.records[-1]

    def publish(self, *records: Appended) -> int:
        return feed.publish(self.feed, self.store, self.env, WS, records)

    def fed(self) -> list[tuple[int, str, int]]:
        """(number, trace, index) of every event in the feed."""
        entries = self.feed.entries(WS, 0, 10**6, self.env.now())
        return [
            (entry.first + at, entry.trace_id, entry.first_index + at) for entry in entries for at in range(entry.count)
        ]

    def check(self) -> None:
        """Gapless, in the order of each trace, each event once, all of them."""
        fed = self.fed()
        assert [number for number, _, _ in fed] == list(range(1, len(fed) + 1))
        assert self.feed.last(WS) == len(fed)
        for trace_id in {record.trace_id for record in self.records}:
            total = sum(record.count for record in self.records if record.trace_id == trace_id)
            assert [index for _, trace, index in fed if trace == trace_id] == list(range(total))


@pytest.fixture
def world() -> World:
    made = World()
    for name in ("a", "b"):
        made.trace(name)
    return made


def test_events_are_numbered_in_the_order_of_delivery(world):
    world.publish(world.append("a", 2), world.append("b", 1), world.append("a", 3))
    assert world.fed() == [(1, "a", 0), (2, "a", 1), (3, "b", 0), (4, "a", 2), (5, "a", 3), (6, "a", 4)]


def test_an_entry_knows_its_project(world):
    world.trace("c", "proj_2")
    world.publish(world.append("c", 1))
    (entry,) = world.feed.entries(WS, 0, 10, world.env.now())
    assert entry.project_id == "proj_2"


def test_a_record_that_comes_twice_changes_nothing(world):
    record = world.append("a", 2)
    assert (world.publish(record, record), world.publish(record)) == (1, 0)
    world.check()


def test_a_record_that_overtook_others_brings_them_along(world):
    first, second, third = (world.append("a", n) for n in (1, 2, 3))
    world.publish(third)
    world.check()
    assert world.publish(first, second) == 0


def test_a_deleted_trace_leaves_no_hole(world):
    first, second = world.append("a", 2), world.append("a", 2)
    ledger.erase(world.store, world.env, world.store.head(WS, "a"), "key_1")
    world.publish(second)
    assert world.fed() == [(1, "a", 2), (2, "a", 3)]
    assert world.publish(first) == 0


def test_more_than_one_transaction_holds(world):
    records = [world.append("a", 1) for _ in range(feed.MOST * 2 + 3)]
    assert world.publish(*records) == len(records)
    world.check()


def test_others_at_the_same_feed_are_waited_for(world):
    record, late = world.append("a", 1), world.append("b", 1)
    put = world.feed.put
    stolen = iter([True])

    def contended(*given):
        if next(stolen, False):
            world.feed.put = put
            world.publish(late)
        return put(*given)

    world.feed.put = contended
    world.publish(record)
    world.check()


def test_endless_contention_is_busy(world):
    world.feed.put = lambda *_: False
    with pytest.raises(Busy):
        world.publish(world.append("a", 1))


@given(st.data())
def test_any_history_of_deliveries_gives_the_whole_feed(data):
    world = World()
    traces = ["a", "b", "c"]
    for name in traces:
        world.trace(name)
    for _ in range(data.draw(st.integers(1, 12), "segments")):
        world.append(data.draw(st.sampled_from(traces)), data.draw(st.integers(1, 4)))
    shuffled = data.draw(st.permutations(world.records))
    # Any records, any number of times, in any order, some of the batches dying before or after a write.
    for _ in range(data.draw(st.integers(0, 6), "batches")):
        batch = data.draw(st.lists(st.sampled_from(shuffled), min_size=1, max_size=6))
        dies = data.draw(st.sampled_from([None, "before", "after"]))
        _publish(world, batch, dies)
    # In the end Lambda has delivered every record at least once.
    for at in range(0, len(shuffled), 4):
        world.publish(*shuffled[at : at + 4])
    world.check()


def _publish(world: World, batch: list[Appended], dies: str | None) -> None:
    put = world.feed.put

    def dying(*given):
        if dies == "after":
            put(*given)
        raise Died(dies)

    if dies is None:
        world.publish(*batch)
        return
    with patch.object(world.feed, "put", dying), suppress(Died):
        world.publish(*batch)
