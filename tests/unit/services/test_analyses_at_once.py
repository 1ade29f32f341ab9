"""Analyses at once and analyses that die: never a twin, every run counted once."""

import random
import sys
import threading
from contextlib import suppress

import pytest

from tests.fakes.audit import audit_log
from tests.fakes.dying import Died
from tests.unit.services.analysis_world import CALLER, World, denied, refused, said
from wakeline.services import analyses, traces

WRITES = frozenset({"put", "write", "delete"})


@pytest.fixture
def fast_switching():
    """Threads take turns often, so that they meet."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def together(*jobs):
    """Run all jobs at once; raise what any of them raised."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def one(job):
        start.wait()
        try:
            job()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def consistent(world):
    """Every incident counts the runs in it, each once."""
    for (workspace, incident_id), incident in world.incidents.stored.items():
        runs = world.incidents.occurrences(workspace, incident_id, limit=1000)
        assert incident.session_count == len(runs)
        assert set(incident.session_ids) == {run.trace_id for run in runs}
        assert incident.representative in runs


def test_many_runs_of_one_fault_at_once_make_one_incident(fast_switching):
    world = World()
    for n in range(16):
        world.run(f"t{n}", *denied(n))
    together(
        *(lambda n=n: world.end(f"t{n}") for n in range(16)),
        *(lambda n=n: world.analysed(f"t{n}") for n in range(16)),
    )
    (incident,) = world.incidents.stored.values()
    assert incident.session_count == 16
    consistent(world)


def test_one_trace_analysed_by_many_while_it_grows(fast_switching):
    world = World()
    world.run("a", *denied())

    def grow():
        world.more("a", *refused()[1:])
        world.end("a")
        world.more("a", said("It could not be deployed."))
        world.end("a")

    together(grow, *(lambda: world.end("a") for _ in range(8)))
    assert world.stored("a").event_count == 6
    assert (world.incidents.stored, world.incidents.runs) == ({}, {})


def test_deleted_while_it_is_analysed_by_many(fast_switching):
    for _ in range(5):
        world = World()
        world.run("a", *denied())

        def delete(world=world):
            traces.delete(
                world.ledger,
                world.env,
                audit_log(),
                CALLER,
                "a",
                lambda trace: analyses.forget(world.stores, world.env, trace.workspace_id, trace.id),
            )

        def analyse(world=world):
            world.end("a")

        together(delete, *[analyse] * 6)
        assert (world.incidents.stored, world.incidents.runs, world.analyses.stored) == ({}, {}, {})


class Dying:
    """Passes every call on; the n-th write of all that share `budget` raises `Died`, before or after it took effect."""

    def __init__(self, store, budget):
        self.store, self.budget = store, budget

    def __getattr__(self, name):
        call = getattr(self.store, name)
        if name not in WRITES:
            return call

        def write(*given, **said):
            self.budget["left"] -= 1
            if self.budget["left"] == 0 and self.budget["when"] == "before":
                raise Died(name)
            result = call(*given, **said)
            if self.budget["left"] == 0:
                raise Died(name)
            return result

        return write


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_between_any_two_writes_and_called_again(at, when):
    world = World()
    world.run("a", *denied())
    world.run("b", *denied(2))
    for name in ("a", "b"):
        world.end(name)
    world.more("a", *refused()[1:])
    budget = {"left": at, "when": when}
    dying = analyses.Stores(world.ledger, Dying(world.analyses, budget), Dying(world.incidents, budget), world.config)
    with pytest.raises(Died):
        world.end("a", dying)
    done = world.end("a")
    assert world.incidents.of_trace("ws_1", "a") == done.analysis.incident_ids
    assert sorted(each.session_count for each in world.incidents.stored.values()) == [1, 1]
    consistent(world)


def test_any_history_of_deaths_ends_consistent():
    chance = random.Random(4)
    for _ in range(40):
        world = World()
        names = ["a", "b", "c"]
        for name in names:
            world.run(name, *denied(len(name)))
        for _ in range(12):
            name = chance.choice(names)
            if chance.random() < 0.4:
                world.more(name, *(denied(chance.randrange(9)) if chance.random() < 0.5 else refused())[1:])
            budget = {"left": chance.randrange(1, 6), "when": chance.choice(["before", "after"])}
            dying = analyses.Stores(
                world.ledger, Dying(world.analyses, budget), Dying(world.incidents, budget), world.config
            )
            with suppress(Died):
                world.end(name, dying)
        for name in names:
            world.end(name)
            assert world.incidents.of_trace("ws_1", name) == sorted(world.stored(name).incident_ids)
        consistent(world)
