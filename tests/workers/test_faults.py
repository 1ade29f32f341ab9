"""Workers whose AWS calls go wrong one at a time, and who are started again, or sent again from the dead letters."""

import json

import pytest

from local.async_delivery import AsyncInvoker
from wakeline.wiring import understanding

from .failing_runs import judge
from .scenarios.runs import a_run_that_fails
from .world import SCENARIOS

READERS = ("ReadChanges", "ReadLive")
EVERY = [
    pytest.param(worker, prepare, id=f"{worker}-{prepare.__name__}")
    for worker, some in SCENARIOS.items()
    for prepare in some
    if worker not in READERS
]


def test_each_worker_is_tried(workers):
    """Whoever adds a worker adds a scenario."""
    functions = workers.functions.all.items()
    assert SCENARIOS.keys() == {name for name, each in functions if all(event.kind != "Api" for event in each.events)}


@pytest.mark.parametrize(("worker", "prepare"), EVERY)
def test_each_call_in_turn(world, worker, prepare):
    judge(world, worker, prepare)


def test_a_dead_letter_holds_the_event_and_with_it_the_worker_is_done(workers, world):
    event = a_run_that_fails(world)
    worker = workers.functions.all["OnTraceCompleted"]
    letters = []
    invoker = AsyncInvoker(workers.functions, worker, lambda queue, letter: letters.append((queue, letter)))
    workers.engine.instead = lambda *_: (500, {}, '{"__type": "InternalServerError"}')
    try:
        invoker.work(event)
    finally:
        workers.engine.instead = None
    ((queue, letter),) = letters
    assert queue == worker.dead_letters
    assert letter["requestPayload"] == event
    assert understanding.analyses().get("ws_1", "trc_1") is None

    workers.functions.invoke(worker, json.loads(json.dumps(letter["requestPayload"])))
    assert understanding.analyses().get("ws_1", "trc_1") is not None
