"""Rollups: exact over every history of deliveries, and the same when built again from the ledger."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOON, WORKSPACE, llm_call, message
from tests.unit.services.rollup_world import DAY, World, expected
from wakeline.domain.errors import Busy
from wakeline.domain.rollups.snapshot import EVER, Place
from wakeline.domain.rollups.snapshot import WORKSPACE as ALL
from wakeline.domain.trace import new_trace
from wakeline.services.rollups import MOST

TRACES = ("a", "b", "c")
EVENT = st.builds(
    lambda kind, day, number: {
        **{
            "say": message("fix the bug"),
            "call": {"type": "tool_call", "payload": {"tool_name": f"T{number}", "call_id": f"c{number}"}},
            "answer": {"type": "tool_result", "payload": {"call_id": f"c{number}", "error": "bad" if number else None}},
            "model": llm_call(model=f"m{number}", cost_usd=None if number == 2 else 0.1 + number),
            "correct": llm_call(model=f"m{number}", input_tokens=-3, output_tokens=2, cost_usd=-0.05, revision=True),
            "read": {
                "type": "tool_call",
                "payload": {"tool_name": "Read", "arguments": {"file_path": f"/x/{number}"}, "call_id": f"r{number}"},
            },
            "squeeze": {"type": "compaction", "payload": {}},
        }[kind],
        "timestamp": DAY.format(day),
    },
    st.sampled_from(["say", "call", "answer", "model", "correct", "read", "squeeze"]),
    st.integers(1, 3),
    st.integers(0, 2),
)
STEP = st.one_of(
    st.tuples(st.just("append"), st.sampled_from(TRACES), st.lists(EVENT, min_size=1, max_size=5)),
    st.tuples(st.just("deliver"), st.lists(st.sampled_from(TRACES), min_size=1, max_size=4), st.just(None)),
    st.tuples(st.just("die"), st.lists(st.sampled_from(TRACES), min_size=1, max_size=4), st.integers(1, 3)),
    st.tuples(st.just("delete"), st.sampled_from(TRACES), st.just(None)),
    st.tuples(st.just("rebuild"), st.just(None), st.just(None)),
)


class Died(Exception):
    pass


def deliver_and_die(world: World, traces: list[str], at: int, when: str) -> None:
    """A worker that is killed at its n-th write, before or after it took effect."""
    real, writes = world.rollups.write, iter(range(1, 100))

    def write(*given: Any) -> bool:
        number = next(writes)
        if number == at and when == "before":
            raise Died
        done = real(*given)
        if number == at:
            raise Died
        return done

    world.rollups.write = write
    try:
        world.roll(*traces)
    except Died:
        pass
    finally:
        world.rollups.write = real


@settings(max_examples=120, deadline=None)
@given(st.lists(STEP, max_size=14), st.sampled_from(["before", "after"]))
def test_every_history_of_deliveries_ends_exact(history, when):
    world = World()
    for trace_id in TRACES:
        world.trace(trace_id, cwd=None if trace_id == "c" else f"/p/{trace_id}", project_id=f"proj_{trace_id}")
    for what, who, how in history:
        gone = isinstance(who, str) and world.ledger.traces[WORKSPACE, who].deleted is not None
        if what == "append" and not gone:
            world.append(who, *how)
        elif what == "deliver":
            world.roll(*who)
        elif what == "die":
            deliver_and_die(world, who, how, when)
        elif what == "delete":
            world.delete(who)
        elif what == "rebuild":
            world.rebuild()
    world.roll(*TRACES)
    world.roll(*reversed(TRACES))
    assert world.rows == expected(world)


def test_twice_is_once():
    world = World()
    world.trace("a")
    world.append("a", message("hello"), llm_call())
    world.roll("a")
    rows = world.rows
    world.roll("a", "a")
    assert world.rows == rows
    assert world.total("events") == 2


def test_a_deleted_trace_takes_its_share_out():
    world = World()
    for trace_id in ("a", "b"):
        world.trace(trace_id)
        world.append(trace_id, llm_call(), message("fix it"))
    world.roll("b")
    alone = world.rows
    world.roll("a")
    world.delete("a")
    assert world.roll("a", "b") == world.roll("a") == {"a"}
    assert world.rows == alone
    world.delete("b")
    world.roll("b")
    assert world.rows == {}


def test_a_worker_that_read_before_a_deletion_writes_nothing_after_it():
    world = World()
    world.trace("a")
    world.append("a", llm_call())
    real = world.rollups.write

    def delete_first(*given: Any) -> bool:
        world.rollups.write = real
        world.delete("a")
        world.roll("a")
        return real(*given)

    world.rollups.write = delete_first
    world.roll("a")
    assert world.rows == {}


def test_a_correction_changes_the_sum_and_not_the_number_of_calls():
    world = World()
    world.trace("a")
    world.append("a", llm_call(model="m", output_tokens=5, cost_usd=0.1))
    world.roll("a")
    world.append("a", llm_call(model="m", input_tokens=0, output_tokens=7, cost_usd=0.2, revision=True))
    world.roll("a")
    (use,) = {name for place in world.rows for dimension, name, _ in world.rows[place] if dimension == "use"}
    row = world.rows[Place(ALL, "main", EVER)]
    assert (row["use", use, "output_tokens"], row["use", use, "calls"]) == (12, 1)
    assert str(row["use", use, "told_cost"]) == "0.3"


def test_a_session_across_midnight_counts_each_event_on_its_day():
    world = World()
    world.trace("a", started_at="2026-03-21T23:59:00.000Z")
    world.append("a", message("x", timestamp="2026-03-21T23:59:59.999Z"))
    world.append(
        "a", message("y", timestamp="2026-03-22T01:30:00+01:30"), message("z", timestamp="2026-03-22T00:30:00Z")
    )
    world.roll("a")
    assert [world.total("user_messages", day) for day in ("2026-03-21", "2026-03-22")] == [1, 2]
    assert [world.total("sessions", day) for day in ("2026-03-21", "2026-03-22", EVER)] == [1, 0, 1]
    assert [world.total("active_sessions", day) for day in ("2026-03-21", "2026-03-22")] == [1, 1]


def test_a_start_that_becomes_known_later_moves_the_session():
    world = World()
    world.trace("a")
    world.roll("a")
    trace = world.ledger.head(WORKSPACE, "a")
    assert trace is not None
    moved = replace(trace, started_at="2026-03-01T00:00:00.000Z", repo="org/x", version=trace.version + 1).sealed()
    assert world.ledger.write_head(moved, trace.version)
    world.roll("a")
    assert world.total("sessions", "2026-03-01") == world.total("sessions") == 1
    assert world.total("sessions", "2026-03-21") == 0
    assert world.rows == expected(world)


def test_more_days_than_one_transaction_takes():
    world = World()
    world.trace("a")
    days = [f"20{year}-{month:02d}-01T00:00:00Z" for year in range(10, 20) for month in range(1, 13)]
    world.append("a", *(llm_call() | {"timestamp": day} for day in days))
    assert len(days) * 3 > MOST
    for at in (2, 5, 9):
        deliver_and_die(world, ["a"], at, "after")
    world.roll("a")
    assert world.total("events") == len(days)
    assert world.rows == expected(world)
    world.delete("a")
    deliver_and_die(world, ["a"], 3, "before")
    world.roll("a")
    assert world.rows == {}


def test_a_hundred_traces_are_a_few_transactions():
    world = World()
    for number in range(100):
        world.trace(f"t{number}")
    writes = []
    real = world.rollups.write

    def count(*given: Any) -> bool:
        writes.append(given)
        return bool(real(*given))

    world.rollups.write = count
    world.roll(*(f"t{number}" for number in range(100)))
    assert len(writes) == 2
    assert world.total("sessions") == 100


def test_rebuilt_rows_are_identical_and_readers_keep_the_old_ones_meanwhile():
    world = World()
    for trace_id in TRACES:
        world.trace(trace_id)
        world.append(trace_id, message("add docs"), llm_call(model=trace_id))
    world.roll(*TRACES)
    rows = world.rows
    seen = []
    real = world.rollups.write

    def watch(*given: Any) -> bool:
        seen.append(world.rows)
        return bool(real(*given))

    world.rollups.write = watch
    assert world.rebuild() == 3
    assert seen == [rows]
    assert world.rows == rows
    assert list(world.rollups.held) == [(WORKSPACE, 1)]


def test_wakelines_own_traces_are_no_sessions():
    world = World()
    own = new_trace(WORKSPACE, "wakeline:audit", own=True, **facts_of_own())
    assert world.ledger.create(own)
    world.roll("wakeline:audit")
    assert world.rows == {}


def facts_of_own() -> dict[str, str]:
    return {"project_id": "wakeline:audit", "created_at": NOON, "created_by": "system:audit", "started_at": NOON}


def test_an_unknown_trace_is_passed_over():
    world = World()
    assert world.roll("nobody") == set()
    assert world.rollups.marked == {}


def test_writers_that_always_win_are_said():
    world = World()
    world.trace("a")
    world.rollups.write = lambda *_: False
    with pytest.raises(Busy):
        world.roll("a")
