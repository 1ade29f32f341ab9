"""The append protocol seen from outside: what it answers, what it asks of the store, and where it gives up."""

from dataclasses import replace
from typing import Any

import pytest

from tests.checking import head, keys_of, sound
from tests.factories import WORKSPACE, batch, make_trace, message, messages
from tests.fakes.counting import Counting
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.errors import Busy, Conflict, NotFound
from wakeline.services import ledger

TRACE = "trc_1"


@pytest.fixture
def store() -> MemoryLedger:
    made = MemoryLedger()
    made.create(make_trace(TRACE))
    return made


def append(store: Any, sent: Any) -> ledger.Appended:
    return ledger.append(store, fixed_env(), WORKSPACE, TRACE, sent)


@pytest.mark.parametrize("before", [0, 10, 3000])
def test_an_append_makes_three_calls_however_long_the_trace(store, before):
    for at in range(0, before, 500):
        append(store, messages(min(500, before - at), f"{at}."))
    counting = Counting(store)
    append(counting, messages(100, "new"))
    assert counting.calls == {"head": 1, "put_segment": 1, "write_head": 1}


def test_a_trace_that_is_not_there():
    with pytest.raises(NotFound):
        append(MemoryLedger(), messages(1))


def test_a_batch_that_brings_nothing_writes_nothing(store):
    append(store, messages(3))
    before = head(store)
    counting = Counting(store)
    assert append(counting, messages(3)).accepted == 3
    assert counting.calls == {"head": 1}
    assert append(store, batch(message(metadata={"n": 2**53}))).accepted == 0
    assert head(store) == before


def test_an_event_fares_as_the_one_whose_key_it_repeats(store):
    """Accepting a repeat of an event that is then rejected would lose it."""
    done = append(
        store,
        batch(
            message("bad", idempotency_key="k", metadata={"n": 2**53}),
            message("good"),
            message("same key", idempotency_key="k"),
            message("twice", idempotency_key="l"),
            message("twice", idempotency_key="l"),
        ),
    )
    assert done.accepted == 3
    assert [(each.index, each.idempotency_key) for each in done.rejected] == [(0, "k"), (2, "k")]
    assert keys_of(sound(store)[1]) == [None, "l"]


def test_one_who_never_wins_is_told(store):
    class Faster(MemoryLedger):
        """Each time, somebody else is a moment faster."""

        def put_segment(self, workspace_id, trace_id, segment):
            return store.put_segment(workspace_id, trace_id, segment)

        def head(self, workspace_id, trace_id):
            found = store.head(workspace_id, trace_id)
            append(store, batch(message("faster")))
            return found

        def write_head(self, trace, read_version):
            return store.write_head(trace, read_version)

    with pytest.raises(Busy):
        append(Faster(), messages(1))
    sound(store)


def test_a_segment_in_the_way_that_does_not_chain_on_is_a_conflict_not_a_loop(store):
    append(store, messages(2))
    foreign = replace(next(store.segments(WORKSPACE, TRACE)), first_index=2, prev_hash=bytes(32))
    store.put_segment(WORKSPACE, TRACE, foreign)
    counting = Counting(store)
    with pytest.raises(Conflict, match="behind the ledger's back"):
        append(counting, messages(2, "new"))
    assert counting.calls["put_segment"] == 1


def test_recording_goes_on_after_a_harmless_change_of_head_and_the_seal_stays_broken(store):
    append(store, messages(2))
    store.traces[WORKSPACE, TRACE] = replace(head(store), name="changed")
    assert append(store, messages(2, "more")).accepted == 2
    assert head(store).seal == "broken"
    assert head(store).event_count == 4


@pytest.mark.parametrize(
    "change", [{"last_index": 0}, {"last_seq": 0}, {"head_hash": "sha256:" + "0" * 64}, {"head_hash": "x"}]
)
def test_but_not_after_a_change_of_where_the_chain_ends(store, change):
    append(store, messages(2))
    store.traces[WORKSPACE, TRACE] = replace(head(store), **change)
    with pytest.raises(Conflict):
        append(store, messages(2, "more"))
    assert len(list(store.segments(WORKSPACE, TRACE))) == 1
