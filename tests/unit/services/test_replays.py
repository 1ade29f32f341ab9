"""Forks replayed from the record: what they leave, and what interrupts them."""

import pytest

from tests.fakes.dying import Died, DyingLedger
from tests.unit.services.replay_world import CHEAP, ME, World, recorded
from wakeline.domain.errors import Conflict, NotFound
from wakeline.services import forks, traces


def test_a_fork_names_its_trace_before_there_is_one():
    world = World()
    fork = world.fork()
    assert (fork.status, fork.fork_point_index, fork.total) == ("created", 1, 7)
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None
    after = world.replay(recorded(), fork)
    assert after.fork_trace_id == fork.fork_trace_id


def test_nothing_changed_is_identical_and_linked():
    world = World()
    fork = world.replay(recorded())
    assert (fork.status, fork.reason, fork.done, fork.total, fork.unrecorded) == ("completed", None, 7, 7, 0)
    found = world.diff(fork)
    assert found.identical
    assert found.verdict == "unchanged"
    trace = world.ledger.head("ws_1", fork.fork_trace_id)
    assert trace is not None
    assert (trace.parent_trace_id, trace.user_goal, trace.status) == ("trc_1", "Book it", "completed")
    assert trace.metadata == {
        "a": 1, "_fork_id": fork.id, "_fork_of": "trc_1", "_fork_point": "s2", "_engine": "recorded",
    }  # fmt: skip
    assert traces.verify(world.ledger, world.env, ME, trace.id).valid


def test_a_run_without_an_end_gets_one_that_is_no_difference():
    world = World(ends=False)
    fork = world.replay(recorded())
    trace = world.ledger.head("ws_1", fork.fork_trace_id)
    assert trace is not None
    assert trace.status == "completed"
    assert world.diff(fork).identical


def test_what_the_record_cannot_answer_diverges():
    world = World()
    fork = world.replay(recorded(CHEAP))
    assert fork.status == "diverged"
    assert fork.reason == "2 steps have no answer in the record; the first is s3"
    assert (fork.done, fork.total, fork.unrecorded) == (5, 7, 2)
    assert world.diff(fork).verdict == "inconclusive"


def test_the_same_replay_twice_is_the_same_trace_byte_for_byte():
    world = World()
    first = world.replay(recorded(CHEAP))
    held = world.ledger.stored["ws_1", first.fork_trace_id]
    before = {at: (each.body, each.head_hash) for at, each in held.items()}
    second = world.replay(recorded(CHEAP), first)
    assert second.fork_trace_id == first.fork_trace_id
    assert {at: (each.body, each.head_hash) for at, each in held.items()} == before
    assert second.requests == 2


def test_another_replay_is_another_trace_and_the_first_one_stays():
    world = World()
    first = world.replay(recorded(CHEAP))
    other = world.replay(recorded(), first)
    assert other.fork_trace_id != first.fork_trace_id
    again = world.replay(recorded(CHEAP), other)
    assert again.fork_trace_id == first.fork_trace_id
    assert again.replays == 2


def test_without_substitutions_those_of_the_fork_or_the_last_replay_count():
    world = World()
    fork = world.replay(forks.Wanted("recorded"), world.fork("s2", CHEAP))
    assert fork.status == "diverged"
    assert forks.changes(world.store, fork) == (CHEAP,)
    assert world.replay(forks.Wanted("recorded"), fork).fork_trace_id == fork.fork_trace_id


@pytest.mark.parametrize("at", range(1, 4))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_is_taken_up_where_it_was(at, when):
    world = World()
    asked = world.ask(world.fork(), recorded(CHEAP))
    dying = DyingLedger(world.ledger, at, when)
    try:
        world.work(asked, dying)
    except Died:
        assert world.store.get("ws_1", asked.id) == asked
        world.work(asked)
    fork = world.store.get("ws_1", asked.id)
    assert fork is not None
    assert fork.status == "diverged"
    said = [(event.index, event.type, event.body) for event in world.events(fork.fork_trace_id)]
    clean = World()
    expected = clean.events(clean.replay(recorded(CHEAP)).fork_trace_id)
    assert said == [(event.index, event.type, event.body) for event in expected]


def test_news_of_a_replay_that_ended_changes_nothing():
    world = World()
    fork = world.replay(recorded())
    assert world.work(fork) is None
    assert world.store.get("ws_1", fork.id) == fork


def test_one_replay_at_a_time():
    world = World()
    asked = world.ask(world.fork(), recorded())
    with pytest.raises(Conflict):
        world.ask(asked, recorded(CHEAP))
    world.clock.advance(minutes=66)
    assert asked.status_at(world.env.now()) == ("failed", "the replay did not end in time")
    assert world.ask(asked, recorded(CHEAP)).status == "replaying"


def test_a_trace_deleted_in_between_fails_the_fork():
    world = World()
    asked = world.ask(world.fork(), recorded())
    traces.delete(world.ledger, world.env, world.log, ME, "trc_1")
    world.work(asked)
    fork = world.store.get("ws_1", asked.id)
    assert fork is not None
    assert (fork.status, fork.reason) == ("failed", "the trace was deleted")
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None


def test_a_trace_deleted_while_a_model_answers_leaves_no_copy():
    world = World("one", "two")
    asked = world.ask(world.fork("s1"), forks.Wanted("bedrock", ()))
    said = world.models.converse

    def converse(call):
        if len(world.models.calls) == 1:
            traces.delete(world.ledger, world.env, world.log, ME, "trc_1")
        return said(call)

    world.models.converse = converse  # type: ignore[method-assign]
    world.work(asked)
    fork = world.store.get("ws_1", asked.id)
    assert fork is not None
    assert (fork.status, fork.reason) == ("failed", "the trace was deleted")
    assert world.ledger.head("ws_1", fork.fork_trace_id) is None


def test_no_diff_before_there_is_something_to_compare():
    world = World()
    fork = world.fork()
    with pytest.raises(Conflict):
        world.diff(fork)
    done = world.replay(recorded(), fork)
    traces.delete(world.ledger, world.env, world.log, ME, done.fork_trace_id)
    with pytest.raises(NotFound):
        world.diff(done)
    # Replayed again, it is there again, under another id.
    again = world.replay(recorded(), done)
    assert again.fork_trace_id != done.fork_trace_id
    assert world.diff(again).identical
