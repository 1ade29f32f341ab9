"""The outbox through its handler: what the bus gets of the table's changes, however they are delivered."""

import json

from wakeline import wiring
from wakeline.services import ledger

END = {"type": "session_end", "payload": {"status": "completed"}}


def told(workers):
    return [(entry["DetailType"], json.loads(entry["Detail"])["trace_id"]) for entry in workers.bus]


def test_a_life_is_told(workers):
    workers.trace("a", agent="reviewer")
    workers.append("a")
    workers.append("a", END)
    trace = wiring.ledger().head("ws_1", "a")
    assert trace is not None
    ledger.erase(wiring.ledger(), wiring.env(), trace, "key_1")
    assert workers.run("ReadChanges") == []
    assert told(workers) == [("trace.started", "a"), ("trace.completed", "a"), ("trace.deleted", "a")]
    started = json.loads(workers.bus[0]["Detail"])
    assert (started["agent"], started["workspace_id"], started["version"]) == ("reviewer", "ws_1", "1")
    assert {entry["Source"] for entry in workers.bus} == {"wakeline"}


def test_growing_tells_nothing(workers):
    workers.trace("a")
    workers.append("a")
    workers.run("ReadChanges")
    assert told(workers) == [("trace.started", "a")]


def test_what_is_delivered_again_has_the_same_id(workers):
    workers.trace("a")
    for _ in range(2):
        workers.run("ReadChanges")
    first, second = (json.loads(entry["Detail"]) for entry in workers.bus)
    assert first == second


def test_what_the_bus_refuses_is_delivered_again(workers, monkeypatch):
    from tests.fakes.live import MemoryBus

    bus = MemoryBus()
    bus.refuse = {1}
    monkeypatch.setattr(wiring, "bus", lambda: bus)
    for name in ("a", "b", "c"):
        workers.trace(name)
    records = workers.wanted("ReadChanges")
    assert workers.run("ReadChanges", records) == [records[1]["dynamodb"]["SequenceNumber"]]
    assert workers.run("ReadChanges", records[1:]) == []
    assert {event.model_dump()["trace_id"] for event in bus.events} == {"a", "b", "c"}


def test_a_record_that_cannot_be_read_is_named(workers):
    workers.trace("a")
    (record,) = workers.wanted("ReadChanges")
    broken = {**record, "dynamodb": {"Keys": {}, "SequenceNumber": "7"}}
    assert workers.run("ReadChanges", [broken, record]) == ["7"]
    assert told(workers) == [("trace.started", "a")]


def test_an_incident_is_told(workers):
    from tests.endpoints.failing import denied
    from tests.fakes.audit import audit_log
    from wakeline.domain.caller import Caller
    from wakeline.services import analyses, incidents
    from wakeline.wiring import understanding

    caller = Caller("ws_1", None, "key_1", "key", frozenset({"admin"}), "free")
    for name in ("a", "b"):
        workers.trace(name)
        workers.append(name, *denied())
        (incident,) = analyses.analyse(understanding.stores(), wiring.env(), caller, name).incidents
    incidents.update(understanding.incidents(), wiring.env(), audit_log(), caller, incident.id, status="fixing")
    assert workers.run("ReadChanges") == []
    kinds = [entry["DetailType"] for entry in workers.bus if entry["DetailType"].startswith("incident.")]
    assert kinds == ["incident.created", "incident.updated"]
    for name in ("a", "b"):
        analyses.forget(understanding.stores(), wiring.env(), "ws_1", name)
    workers.bus.clear()
    assert workers.run("ReadChanges") == []
    assert [entry for entry in workers.bus if "incident" in entry["DetailType"]][2:] == []
