"""What the event bus is told of incidents."""

from dataclasses import replace

import pytest

from wakeline.domain.incidents.fault import Fault
from wakeline.domain.incidents.incident import Occurrence, changed, joined, opened
from wakeline.domain.outbox.incidents import IncidentCreated, IncidentUpdated, events_of

FAULT = Fault("retry_loop", ("retry_loop",), "agent", "bash: denied", 0.8, 5, (5, 7), "It said ‘secret’ 3 times.")


def at(minute):
    return f"2026-03-21T10:{minute:02d}:00.000Z"


def run(n, minute=0, confidence=0.8):
    return Occurrence.of(f"trc_{n}", at(minute), replace(FAULT, confidence=confidence))


@pytest.fixture
def incident():
    return opened("ws_1", "p", FAULT, run(1), at(0))


def test_a_new_one(incident):
    (event,) = events_of(None, incident)
    assert isinstance(event, IncidentCreated)
    assert (event.incident_id, event.trace_id, event.severity, event.status) == (incident.id, "trc_1", "medium", "new")
    assert (event.occurred_at, event.workspace_id, event.project_id) == (at(0), "ws_1", "p")
    assert "secret" not in event.model_dump_json()


def test_a_further_run_is_no_event(incident):
    assert events_of(incident, joined(incident, run(2), None, at(1))) == []


def test_what_people_change_is_told(incident):
    moved = changed(incident, "ann", at(1), status="fixing", owner_id="bob")
    (event,) = events_of(incident, moved)
    assert isinstance(event, IncidentUpdated)
    assert (event.changed, event.previous_status, event.reopened) == (["status", "owner_id"], "new", False)
    assert event.occurred_at == at(1)


def test_one_that_becomes_worse(incident):
    (event,) = events_of(incident, joined(incident, run(2, confidence=0.95), None, at(1)))
    assert isinstance(event, IncidentUpdated)
    assert (event.changed, event.severity) == (["severity"], "high")


def test_one_that_comes_back(incident):
    closed = changed(incident, "ann", at(1), status="verified")
    (event,) = events_of(closed, joined(closed, run(2, 2), None, at(2)))
    assert isinstance(event, IncidentUpdated)
    assert (event.previous_status, event.status, event.reopened, event.regression) == ("verified", "new", True, True)


def test_a_record_that_comes_again_gives_the_same_event(incident):
    moved = changed(incident, "ann", at(1), status="fixing")
    assert events_of(incident, moved) == events_of(incident, moved)
    assert events_of(incident, moved)[0].id != events_of(None, incident)[0].id
    # One that was gone and is opened again is another.
    again = replace(incident, created_at=at(9))
    assert events_of(None, again)[0].id != events_of(None, incident)[0].id
