"""Forks, tapes and regression runs whose process dies between two writes: what is repeated comes to one whole."""

import pytest

from tests.fakes.dying import Died, DyingStore
from tests.fakes.replay import MemoryTapes
from tests.unit.services.replay_world import CHEAP, ME, WEBHOOK, World, recorded
from wakeline.domain.audit import AUDIT_TRACE_ID
from wakeline.services import forks, tapes

FORK_WRITES = frozenset({"create", "write", "put_run"})
TAPE_WRITES = frozenset({"put", "delete"})


def noted(world: World) -> list[str]:
    return [event.body["action"] for event in world.events(AUDIT_TRACE_ID)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("wanted", [recorded(), WEBHOOK])
def test_a_replay_whose_request_died_is_asked_for_again(wanted, at, when):
    world = World()
    fork = world.fork()
    dying = DyingStore(world.store, at, when, FORK_WRITES)
    with pytest.raises(Died):
        forks.request_replay(dying, world.ledger, world.log, ME, fork.id, wanted)
    # Noted in any case; where the request took effect, the bus starts it, else it is asked for again.
    assert noted(world) == ["fork.created", "fork.replayed"]
    stands = world.store.get("ws_1", fork.id)
    assert stands is not None
    if stands.status == "created":
        stands = world.ask(fork, wanted)
    assert (at, when) == (2, "after") or stands.requests == 1
    world.work(stands)
    done = world.store.get("ws_1", fork.id)
    assert done is not None
    assert done.replays == 1
    assert len(world.runners.sent) == (1 if wanted is WEBHOOK else 0)
    assert done.status == ("replaying" if wanted is WEBHOOK else "completed")
    assert [run.runner_secret for run in world.store.runs.values()] == [None]


def test_a_replay_whose_request_died_finds_its_own_trace_after_another_one():
    world = World()
    fork = world.fork()
    dying = DyingStore(world.store, 1, "after", FORK_WRITES)
    with pytest.raises(Died):
        forks.request_replay(dying, world.ledger, world.log, ME, fork.id, recorded())
    other = world.replay(recorded(CHEAP), fork)
    first = world.replay(recorded(), fork)
    again = world.replay(recorded(CHEAP), fork)
    assert (other.status, first.status, again.status) == ("diverged", "completed", "diverged")
    assert first.fork_trace_id != other.fork_trace_id == again.fork_trace_id


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fork_that_died_is_there_or_not(when):
    world = World()
    dying = DyingStore(world.store, 1, when, FORK_WRITES)
    with pytest.raises(Died):
        forks.create(dying, world.ledger, world.log, ME, "trc_1", "s2", ())
    assert noted(world) == ["fork.created"]
    assert len(world.store.forks) == (1 if when == "after" else 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tape_that_died_is_there_or_not_and_is_unpublished_for_good(when):
    world = World()
    store = MemoryTapes()
    wanted = tapes.Wanted("trc_1")
    slug = "slug-000000000000000001"
    with pytest.raises(Died):
        tapes.publish(DyingStore(store, 1, when, TAPE_WRITES), world.ledger, world.log, ME, lambda: slug, wanted)
    assert (store.get(slug) is None) is (when == "before")
    tapes.publish(store, world.ledger, world.log, ME, lambda: slug, wanted)
    with pytest.raises(Died):
        tapes.unpublish(DyingStore(store, 1, when, TAPE_WRITES), world.log, ME, slug)
    if when == "before":
        tapes.unpublish(store, world.log, ME, slug)
    assert store.get(slug) is None
    assert store.content(slug) is None
