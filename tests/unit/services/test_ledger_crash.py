"""Kill the writer before and after every write: nothing is lost, nothing counted twice, the next call repairs."""

import pytest

from tests.checking import head, keys_of, sound
from tests.factories import WORKSPACE, batch, llm_call, make_trace, message, messages
from tests.fakes.dying import Died, DyingLedger, ForgetfulLedger, When
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.append import Sifted
from wakeline.domain.errors import NotFound
from wakeline.services import ledger
from wakeline.services.ledger import Draft

APPEND_WRITES = 2
POINTS = [(at, when) for at in range(1, APPEND_WRITES + 1) for when in ("before", "after")]
TRACE = "trc_1"


def fresh() -> MemoryLedger:
    store = MemoryLedger()
    assert store.create(make_trace(TRACE))
    return store


def test_an_append_makes_exactly_the_writes_that_are_tried_here():
    store = DyingLedger(fresh(), 0, "before")
    ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(3))
    assert store.writes == APPEND_WRITES


def die_appending(store: MemoryLedger, sent, at: int, when: When) -> None:
    with pytest.raises(Died):
        ledger.append(DyingLedger(store, at, when), fixed_env(), WORKSPACE, TRACE, sent)


@pytest.mark.parametrize(("at", "when"), POINTS)
@pytest.mark.parametrize("before", [0, 2])
class TestAppend:
    def setup_ledger(self, before: int) -> MemoryLedger:
        store = fresh()
        for n in range(before):
            ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(3, f"old{n}-"))
        return store

    def test_a_retry_stores_the_batch_once(self, before, at, when):
        store = self.setup_ledger(before)
        sent = messages(5)
        die_appending(store, sent, at, when)
        done = ledger.append(store, fixed_env(), WORKSPACE, TRACE, sent)
        assert (done.accepted, done.rejected) == (5, [])
        _, events = sound(store)
        assert keys_of(events)[3 * before :] == [f"m{n}" for n in range(5)]

    def test_a_retry_with_seq_stores_the_batch_once(self, before, at, when):
        store = self.setup_ledger(before)
        sent = batch(*(message(f"{n}", seq=100 + n, idempotency_key=f"s{n}") for n in range(5)))
        die_appending(store, sent, at, when)
        done = ledger.append(store, fixed_env(), WORKSPACE, TRACE, sent)
        assert (done.accepted, done.rejected) == (5, [])
        assert len(sound(store)[1]) == 3 * before + 5

    def test_another_writer_repairs_and_goes_on(self, before, at, when):
        store = self.setup_ledger(before)
        die_appending(store, batch(llm_call(), message("a", idempotency_key="a")), at, when)
        ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(2, "other"))
        trace, events = sound(store)
        committed = (at, when) != (1, "before")
        assert len(events) == 3 * before + 2 + 2 * committed
        assert trace.counters.get("llm_calls", 0) == int(committed)
        assert trace.counters.get("input_tokens", 0) == 10 * committed

    def test_the_next_read_repairs(self, before, at, when):
        store = self.setup_ledger(before)
        die_appending(store, messages(5), at, when)
        committed = (at, when) != (1, "before")
        seen = list(ledger.read_events(store, head(store)))
        assert len(seen) == 3 * before + 5 * committed
        trace, events = sound(store)
        assert trace.event_count == len(events) == len(seen)

    def test_settle_repairs_and_may_die_itself(self, before, at, when):
        store = self.setup_ledger(before)
        die_appending(store, messages(5), at, when)
        for repairer_dies in ("before", "after"):
            dying = DyingLedger(store, 1, repairer_dies)
            try:
                ledger.settle(dying, head(store))
            except Died:
                assert dying.writes == 1
        settled = ledger.settle(store, head(store))
        assert settled == head(store)
        sound(store)

    def test_readers_who_begin_late_see_what_is_past_head(self, before, at, when):
        store = self.setup_ledger(before)
        die_appending(store, messages(5), at, when)
        committed = (at, when) != (1, "before")
        seen = list(ledger.read_events(store, head(store), 3 * before + 2))
        assert len(seen) == (3 if committed else 0)


@pytest.mark.parametrize("dead", [2, 3])
def test_a_second_writer_never_leaves_two_segments_past_head(dead):
    """A writer aims at the index behind HEAD: it cannot commit before it folded in what stands there."""
    store = fresh()
    for n in range(dead):
        die_appending(store, messages(2, f"dead{n}-"), 2 if n == 0 else 4, "before")
    _, events = sound_after_read(store)
    assert len(events) == 2 * dead


def sound_after_read(store: MemoryLedger):
    list(ledger.read_events(store, head(store)))
    return sound(store)


@pytest.mark.parametrize("at", range(1, 8))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_push_of_several_segments_goes_on_where_it_died(at, when):
    """As a push does it: a source beside each segment says how far the transcript was taken."""
    store = fresh()
    lines = [message(f"line {n}") for n in range(6)]

    def draft(trace):
        taken = (trace.transcript or {"lines": 0})["lines"]
        upto = min(taken + 2, len(lines))
        new = [(n, event, trace.last_seq + 1 + n) for n, event in batch(*lines[taken:upto])]
        return Draft(Sifted(new=new), {"lines": upto})

    def push(into) -> None:
        while (into.head(WORKSPACE, TRACE).transcript or {"lines": 0})["lines"] < len(lines):
            ledger.commit(into, fixed_env(), WORKSPACE, TRACE, draft)

    dying = DyingLedger(store, at, when)
    try:
        push(dying)
    except Died:
        push(store)
    else:
        assert at > dying.writes == 6
    trace, events = sound(store)
    assert [event.body["content"] for event in events] == [f"line {n}" for n in range(6)]
    assert trace.transcript == {"lines": 6}


@pytest.mark.parametrize("when", ["before", "after"])
def test_creating_dies_and_is_sent_again(when):
    store = MemoryLedger()
    with pytest.raises(Died):
        DyingLedger(store, 1, when).create(make_trace(TRACE))
    store.create(make_trace(TRACE))
    assert store.count(WORKSPACE, None) == 1
    ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(1))
    sound(store)


@pytest.mark.parametrize("when", ["before", "after"])
def test_creating_with_events_dies_and_is_sent_again(when):
    """All of it is there or nothing; sent again, the events go into the trace that is there, once."""
    store, sent = MemoryLedger(), messages(3)
    dying = DyingLedger(store, 1, when)
    with pytest.raises(Died):
        ledger.begin(dying, fixed_env(), make_trace(TRACE), sent)
    assert dying.writes == 1
    if ledger.begin(store, fixed_env(), make_trace(TRACE), sent) is None:
        assert ledger.append(store, fixed_env(), WORKSPACE, TRACE, sent).accepted == 3
    assert store.count(WORKSPACE, None) == 1
    assert len(sound(store)[1]) == 3


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("when", ["before", "after"])
def test_erasing_dies_and_is_asked_for_again(at, when):
    store = fresh()
    for n in range(3):
        ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(2, f"batch{n}-"))
    last = head(store)
    dying = DyingLedger(store, at, when)
    try:
        ledger.erase(dying, fixed_env(), last, "me")
    except Died:
        deleted = head(store).deleted is not None
        assert deleted == ((at, when) != (1, "before"))
        assert store.count(WORKSPACE, None) == (0 if deleted else 1)
        if deleted:
            with pytest.raises(NotFound):
                ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(1))
        ledger.erase(store, fixed_env(), head(store), "me")
    tombstone = head(store)
    assert tombstone.deleted == {"at": "2026-03-21T10:00:00.000Z", "by": "me", "events": 6, "head_hash": last.head_hash}
    assert list(store.segments(WORKSPACE, TRACE)) == []
    assert store.count(WORKSPACE, None) == 0


def test_erasing_folds_in_what_a_dead_writer_left():
    store = fresh()
    die_appending(store, messages(2), 2, "before")
    ledger.erase(store, fixed_env(), head(store), "me")
    assert (head(store).deleted or {})["events"] == 2
    assert list(store.segments(WORKSPACE, TRACE)) == []


def test_a_writer_whose_trace_is_deleted_before_its_head_takes_its_segment_back():
    store = fresh()

    class DeletedMeanwhile(DyingLedger):
        def write_head(self, trace, version):
            if head(self.store).deleted is None:
                # Deleted by one who read the segments before ours was there.
                ledger.erase(_Blind(self.store), fixed_env(), head(self.store), "other")
            return self.store.write_head(trace, version)

    class _Blind(DyingLedger):
        def __init__(self, inner):
            super().__init__(inner, 0, "before")

        def segments(self, *_):
            return iter(())

    with pytest.raises(NotFound):
        ledger.append(DeletedMeanwhile(store, 0, "before"), fixed_env(), WORKSPACE, TRACE, messages(2))
    assert list(store.segments(WORKSPACE, TRACE)) == []


@pytest.mark.parametrize("others", [0, 1])
def test_a_put_whose_answer_was_lost_counts_once(others):
    """The client library sends it again and is told that the place is taken: by itself."""
    store = fresh()
    for n in range(others):
        ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(2, f"other{n}-"))
    done = ledger.append(ForgetfulLedger(store), fixed_env(), WORKSPACE, TRACE, batch(llm_call()))
    assert (done.accepted, done.trace.event_count) == (1, 2 * others + 1)
    trace, _ = sound(store)
    assert trace.counters["llm_calls"] == 1


def test_a_head_write_whose_answer_was_lost_counts_once():
    store = fresh()

    class Twice(DyingLedger):
        def write_head(self, trace, version):
            assert self.store.write_head(trace, version)
            return self.store.write_head(trace, version)

    done = ledger.append(Twice(store, 0, "before"), fixed_env(), WORKSPACE, TRACE, batch(llm_call()))
    assert done.trace == head(store)
    assert sound(store)[0].counters["llm_calls"] == 1


def test_what_cannot_be_folded_is_never_committed(monkeypatch):
    store = fresh()
    monkeypatch.setattr(ledger, "fold", lambda *_: (_ for _ in ()).throw(RuntimeError("cannot fold")))
    with pytest.raises(RuntimeError, match="cannot fold"):
        ledger.append(store, fixed_env(), WORKSPACE, TRACE, messages(2))
    assert list(store.segments(WORKSPACE, TRACE)) == []
