"""The analysis that a trace's end starts, through its handler, by the event as the bus delivers it."""

import json

import pytest

from tests.endpoints.failing import denied, fine
from wakeline import wiring
from wakeline.domain.config import Config
from wakeline.services import ledger
from wakeline.wiring import stats, understanding

END = {"type": "session_end", "payload": {"status": "failed"}}


def ended(workers, trace_id, *events):
    """A trace that ran to its end, and the bus's event of that."""
    workers.trace(trace_id)
    workers.append(trace_id, *events, END)
    workers.bus.clear()
    workers.run("ReadChanges")
    return next(
        {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
        for entry in workers.bus
        if entry["DetailType"] == "trace.completed" and json.loads(entry["Detail"])["trace_id"] == trace_id
    )


def run(workers, event):
    workers.functions.invoke(workers.functions.all["OnTraceCompleted"], event)


def test_a_run_that_ends_is_analysed(workers):
    run(workers, ended(workers, "a", *denied()))
    analysis = understanding.analyses().get("ws_1", "a")
    assert analysis is not None
    assert "unhandled_error" in analysis.labels
    (entry,) = understanding.incidents().entries("ws_1", None)[0]
    assert analysis.incident_ids == [entry.incident_id]


def test_a_workspace_may_want_analyses_only_when_asked(workers):
    assert stats.config().put("ws_1", Config(1, {"analysis": {"automatic": False}}))
    run(workers, ended(workers, "a", *denied()))
    assert understanding.analyses().get("ws_1", "a") is None
    assert understanding.incidents().entries("ws_1", None)[0] == []
    assert stats.config().put("ws_1", Config(2, {"analysis": {"disabled_detectors": ["unhandled_error"]}}))
    run(workers, ended(workers, "b", *denied()))
    analysis = understanding.analyses().get("ws_1", "b")
    assert analysis is not None
    assert "unhandled_error" not in analysis.labels


def test_the_rule_lets_ends_through_and_nothing_else(workers):
    (event,) = workers.functions.all["OnTraceCompleted"].events
    assert event.properties["Pattern"] == {"source": ["wakeline"], "detail-type": ["trace.completed"]}


@pytest.mark.parametrize("times", [2, 3])
def test_the_same_news_again_changes_nothing(workers, times):
    event = ended(workers, "a", *denied())
    run(workers, event)
    first = understanding.incidents().entries("ws_1", None)
    for _ in range(times):
        run(workers, event)
    assert understanding.incidents().entries("ws_1", None) == first
    (entry,) = first[0]
    incident = understanding.incidents().get("ws_1", entry.incident_id)
    assert incident is not None
    assert (incident.session_count, incident.version) == (1, 0)


def test_news_of_a_trace_that_is_deleted(workers):
    event = ended(workers, "a", *denied())
    run(workers, event)
    trace = wiring.ledger().head("ws_1", "a")
    assert trace is not None
    ledger.erase(wiring.ledger(), wiring.env(), trace, "key_1")
    run(workers, event)
    assert understanding.analyses().get("ws_1", "a") is None
    assert understanding.incidents().entries("ws_1", None) == ([], None)


def test_one_that_went_well_has_no_incident(workers):
    workers.trace("a")
    workers.append("a", *fine(), {"type": "session_end", "payload": {"status": "completed"}})
    run(workers, {"detail": {"workspace_id": "ws_1", "trace_id": "a"}})
    analysis = understanding.analyses().get("ws_1", "a")
    assert analysis is not None
    assert analysis.labels == ()
    assert understanding.incidents().entries("ws_1", None) == ([], None)
