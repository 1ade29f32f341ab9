"""Workers whose AWS calls go wrong one at a time, are started again, and are sent again from the dead letters."""

import json
from collections import Counter
from contextlib import suppress

import pytest

from local.async_delivery import AsyncInvoker
from tests.breaking import breaking, faults
from tests.endpoints.failing import denied
from wakeline import settings, wiring
from wakeline.services import ledger
from wakeline.wiring import understanding

from .test_on_trace_completed import END, ended


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Nobody waits before the next attempt, and there is no end of attempts."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda *_: True)


class AnalysisOfARun:
    """OnTraceCompleted, started by the bus."""

    def __init__(self, workers):
        self.workers = workers
        self.event = ended(workers, "a", *denied())
        workers.bus.clear()

    def run(self):
        self.workers.functions.invoke(self.workers.functions.all["OnTraceCompleted"], self.event)


class ReadingOfChanges:
    """ReadChanges, started by the table's stream: the outbox, the views, the search index."""

    def __init__(self, workers):
        self.workers = workers
        workers.trace("a")
        workers.append("a", *denied(), END)
        self.records = workers.wanted("ReadChanges")
        workers.bus.clear()

    def run(self):
        # What it wants again, and all that follows, comes again.
        again = self.workers.run("ReadChanges", self.records)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in self.records]
        self.records = self.records[min(map(numbers.index, again)) :] if again else self.records


def fresh(kind, workers):
    workers.engine.clear()
    workers.records.clear()
    workers.bus.clear()
    return kind(workers)


def kept(workers):
    """How many items of each kind the table holds, and what the bus was told, once or more."""
    with workers.engine.lock:
        items = workers.engine.tables()[settings.table_name()].items
        found = Counter(
            f"{pk.value.split('#')[0]} {sk.value.split('#')[0]}" for pk, held in items.items() for sk in held
        )
    return found, {(entry["DetailType"], json.loads(entry["Detail"]).get("trace_id")) for entry in workers.bus}


@pytest.mark.parametrize("kind", [AnalysisOfARun, ReadingOfChanges])
def test_each_call_in_turn(workers, kind):
    made = fresh(kind, workers)
    with breaking(workers.engine) as noted:
        made.run()
    right = kept(workers)
    assert len(noted.seen) > 3
    for fault in faults(noted.seen):
        made = fresh(kind, workers)
        with breaking(workers.engine, fault), suppress(Exception):
            made.run()
        made.run()
        assert kept(workers) == right, (fault, str(noted.seen[fault.at]))
    trace = wiring.ledger().head("ws_1", "a")
    assert trace is not None
    assert len(list(ledger.read_events(wiring.ledger(), trace))) == len(denied()) + 1


def test_a_dead_letter_holds_the_event_and_with_it_the_worker_is_done(workers):
    made = AnalysisOfARun(workers)
    worker = workers.functions.all["OnTraceCompleted"]
    letters = []
    invoker = AsyncInvoker(workers.functions, worker, lambda queue, letter: letters.append((queue, letter)))
    workers.engine.instead = lambda service, operation, request, carry_out: (
        500,
        {},
        '{"__type": "InternalServerError"}',
    )
    try:
        invoker.work(made.event)
    finally:
        workers.engine.instead = None
    ((queue, letter),) = letters
    assert queue == worker.dead_letters
    assert letter["requestPayload"] == made.event
    assert understanding.analyses().get("ws_1", "a") is None

    workers.functions.invoke(worker, json.loads(json.dumps(letter["requestPayload"])))
    assert understanding.analyses().get("ws_1", "a") is not None
