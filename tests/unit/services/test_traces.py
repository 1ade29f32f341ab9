"""Creating traces, with and without spans: once, wholly, or not at all."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import message
from tests.fakes.audit import audit_log
from tests.fakes.dying import Died, DyingLedger
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid, NotFound
from wakeline.services import traces

CALLER = Caller("ws_1", None, "key_1", "key", frozenset({"traces:write"}), "free")
PROJECT = Caller("ws_1", "proj_1", "key_2", "key", frozenset({"traces:write"}), "free")
OTHER = Caller("ws_2", None, "key_3", "key", frozenset({"traces:write"}), "free")


def unpriced(*_):
    return None


def spans(count, **more):
    return [
        {
            "id": f"s{n}",
            "span_type": "action",
            "name": f"step {n}",
            "started_at": f"2026-03-21T10:{n // 60 % 60:02d}:{n % 60:02d}Z",
            "ended_at": f"2026-03-21T11:{n // 60 % 60:02d}:{n % 60:02d}Z",
            **more,
        }
        for n in range(count)
    ]


def run(store, facts=None, said=None, caller=CALLER):
    return traces.create_with_spans(store, fixed_env(), unpriced, caller, facts or {"id": "t"}, said or {})


def stored(store, trace_id="t"):
    trace, events = traces.read(store, CALLER, trace_id)
    found = list(events)
    assert trace.event_count == len(found)
    assert traces.verify(store, fixed_env(), CALLER, trace_id).valid
    return found


def keys(events):
    return [event.idempotency_key for event in events]


def test_a_trace_and_its_spans():
    store = MemoryLedger()
    trace, created = run(store, said={"spans": spans(3), "input": "in", "output": {"a": 1}, "status": "completed"})
    assert created
    assert trace.status == "completed"
    assert trace.started_at == "2026-03-21T10:00:00.000Z"
    events = stored(store)
    assert events[0].type == "session_start"
    assert events[-1].type == "session_end"
    assert events[-1].timestamp == "2026-03-21T11:00:02.000Z"
    assert sorted(keys(events)[1:-1]) == sorted(f"span:s{n}:{end}" for n in range(3) for end in ("start", "end"))


def test_the_same_again_adds_nothing():
    store = MemoryLedger()
    said = {"spans": spans(700), "output": "done"}
    run(store, said=said)
    before = stored(store)
    trace, created = run(store, said=said)
    assert not created
    assert stored(store) == before
    assert len(before) == 1401
    assert trace.last_index == 1400


def test_the_same_id_with_other_spans_is_a_conflict():
    store = MemoryLedger()
    run(store, said={"spans": spans(1)})
    with pytest.raises(Conflict):
        run(store, said={"spans": spans(2)})
    with pytest.raises(Conflict):
        traces.create(store, fixed_env(), CALLER, {"id": "t"})
    assert len(stored(store)) == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("count", [1, 300, 550])
def test_a_call_that_died_anywhere_is_finished_by_calling_again(count, when):
    said = {"spans": spans(count), "output": "done"}
    whole = MemoryLedger()
    run(whole, said=said)
    expected = keys(stored(whole))
    for at in range(1, 60):
        store = MemoryLedger()
        dying = DyingLedger(store, at, when)
        try:
            run(dying, said=said)
        except Died:
            run(store, said=said)
            assert keys(stored(store)) == expected
        else:
            assert at > 2
            return
    raise AssertionError("it never ran to its end")


def test_a_call_that_died_is_finished_behind_what_others_appended():
    said = {"spans": spans(1500), "output": "done"}
    store = MemoryLedger()
    with pytest.raises(Died):
        run(DyingLedger(store, 4, "before"), said=said)
    traces.append(
        store, fixed_env(), unpriced, CALLER, "t", [message(str(n), idempotency_key=f"m{n}") for n in range(500)]
    )
    traces.append(store, fixed_env(), unpriced, CALLER, "t", [message(str(n)) for n in range(500)])
    traces.append(store, fixed_env(), unpriced, CALLER, "t", [message(str(n)) for n in range(500)])
    run(store, said=said)
    found = [key for key in keys(stored(store)) if key]
    assert len(found) == len(set(found)) == 3001 + 500


def test_the_same_call_from_many_threads_is_done_once():
    store = MemoryLedger()
    said = {"spans": spans(1200)}
    failures: list[BaseException] = []

    def one():
        try:
            run(store, said=said)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(map(str, keys(stored(store)))) == sorted(
        f"span:s{n}:{end}" for n in range(1200) for end in ("start", "end")
    )


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"spans": [*spans(1), {**spans(2)[1], "span_type": "banana"}]}, "spans.1.span_type"),
        ({"spans": [*spans(1), {**spans(2)[1], "started_at": "soon"}]}, "spans.1.started_at"),
        ({"spans": [*spans(1), {**spans(2)[1], "ended_at": "1800-01-01"}]}, "spans.1.ended_at"),
        ({"spans": [*spans(1), {**spans(2)[1], "ended_at": "2026-03-21T09:00:00Z"}]}, "spans.1.ended_at"),
        ({"spans": [*spans(1), {**spans(2)[1], "input": {"n": 2**60}}]}, "spans.1"),
        ({"spans": [*spans(1), {**spans(2)[1], "id": "s0"}]}, "spans.1.id"),
        ({"ended_at": "later"}, "ended_at"),
        ({"ended_at": "2101-01-01"}, "ended_at"),
        ({"input": {"n": 2**60}}, "input"),
        ({"output": [float("inf")]}, "output"),
        ({"error": [2**70], "status": "failed"}, "error"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_named_and_nothing_is_stored(said, field):
    store = MemoryLedger()
    with pytest.raises(Invalid) as raised:
        run(store, said=said)
    assert raised.value.field == field
    assert raised.value.message.startswith(field)
    assert (store.traces, store.stored) == ({}, {})


def test_large_spans_are_stored_in_several_batches():
    store = MemoryLedger()
    text = "x" * 1_000_000
    run(store, said={"spans": spans(6, input=text, output=text)})
    assert len(stored(store)) == 12
    assert max(len(b"".join(segment.lines())) for segment in store.stored["ws_1", "t"].values()) < 5_000_000


def test_a_trace_is_its_creators_alone():
    store = MemoryLedger()
    traces.create(store, fixed_env(), PROJECT, {"id": "t"})
    with pytest.raises(NotFound):
        traces.require(store, OTHER, "t")
    with pytest.raises(NotFound):
        traces.require(store, Caller("ws_1", "proj_2", "k", "key", frozenset(), "free"), "t")
    assert traces.require(store, CALLER, "t").project_id == "proj_1"
    with pytest.raises(NotFound):
        traces.create(store, fixed_env(), PROJECT, {"id": "u", "project_id": "proj_2"})
    assert traces.create(store, fixed_env(), OTHER, {"id": "t"})[1]


class Untouchable(MemoryLedger):
    """A store that must not be asked: DynamoDB refuses keys that are empty or over 2 KB."""

    def head(self, workspace_id, trace_id):
        raise AssertionError("asked for " + repr(trace_id))


CALLS: list[Callable[[Any, str], Any]] = [
    lambda store, trace_id: traces.append(store, fixed_env(), unpriced, CALLER, trace_id, [message()]),
    lambda store, trace_id: traces.append(store, fixed_env(), unpriced, CALLER, trace_id, [{}]),
    lambda store, trace_id: traces.require(store, CALLER, trace_id),
    lambda store, trace_id: traces.read(store, CALLER, trace_id),
    lambda store, trace_id: traces.verify(store, fixed_env(), CALLER, trace_id),
    lambda store, trace_id: traces.delete(store, fixed_env(), audit_log(), CALLER, trace_id),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("trace_id", ["", "a#b", "a b", "x" * 129, "x" * 5000, "\x00", "\ufffd", "é" * 100])
def test_an_id_that_can_be_no_traces_is_not_looked_up(call, trace_id):
    with pytest.raises(NotFound):
        call(Untouchable(), trace_id)


def test_deleting_twice_and_creating_again():
    store = MemoryLedger()
    run(store, said={"spans": spans(600)})
    traces.delete(store, fixed_env(), audit_log(), CALLER, "t")
    assert store.stored["ws_1", "t"] == {}
    with pytest.raises(NotFound):
        traces.delete(store, fixed_env(), audit_log(), CALLER, "t")
    with pytest.raises(Conflict):
        run(store, said={"spans": spans(600)})
    tombstone = store.traces["ws_1", "t"]
    assert tombstone.deleted is not None
    assert (tombstone.deleted["events"], tombstone.deleted["by"]) == (1200, "key_1")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_deletion_that_died_is_finished_by_deleting_again(when):
    for at in range(1, 20):
        store = MemoryLedger()
        run(store, said={"spans": spans(300)})
        try:
            traces.delete(DyingLedger(store, at, when), fixed_env(), audit_log(), CALLER, "t")
        except Died:
            if store.traces["ws_1", "t"].deleted is None or store.stored["ws_1", "t"]:
                traces.delete(store, fixed_env(), audit_log(), CALLER, "t")
        else:
            assert at > 3
            return
        assert store.stored["ws_1", "t"] == {}
        assert store.traces["ws_1", "t"].deleted is not None
    raise AssertionError("it never ran to its end")
