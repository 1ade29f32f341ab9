"""One contract for `AnalysisStore` and `IncidentStore`, kept by the fakes and by DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from local.capacity import record_calls
from tests.fakes.incidents import MemoryAnalyses, MemoryIncidents
from wakeline.adapters.dynamodb.analyses import DynamoAnalyses
from wakeline.adapters.dynamodb.incidents import DynamoIncidents
from wakeline.domain.analyses import StoredAnalysis
from wakeline.domain.incidents.fault import Fault
from wakeline.domain.incidents.incident import Occurrence, changed, joined, left, opened

FAULT = Fault("retry_loop", ("retry_loop",), "agent", "bash: denied", 0.8, 5, (5, 7), "Bash failed ‘3’ times.")


def at(minute):
    return f"2026-03-21T10:{minute:02d}:00.000Z"


def run(n, minute=0):
    return Occurrence.of(f"trc_{n}", at(minute), FAULT)


def incident(signature="bash: denied", project="p", minute=0, workspace="ws_1"):
    fault = replace(FAULT, signature=signature)
    return opened(workspace, project, fault, run(1, minute), at(minute))


def analysis(**said) -> StoredAnalysis:
    return StoredAnalysis(
        **{
            "workspace_id": "ws_1",
            "project_id": "p",
            "trace_id": "trc_1",
            "head_hash": "sha256:00",
            "event_count": 3,
            "seen_at": at(0),
            "detector_version": "1",
            "labels": ("retry_loop", "stalled"),
            "confidence": 0.8,
            "critical_step_seq": 5,
            "critical_agent": "agent",
            "root_cause": "Bash failed „ö“",
            "detections": ({"label": "retry_loop", "confidence": 0.8},),
            "faults": (FAULT,),
            **said,
        }
    )


@pytest.fixture(params=["memory", "aws"])
def kind(request) -> Any:
    if request.param == "aws":
        request.getfixturevalue("engine")
    return request.param


@pytest.fixture
def store(kind) -> Any:
    return MemoryIncidents() if kind == "memory" else DynamoIncidents()


@pytest.fixture
def analyses(kind) -> Any:
    return MemoryAnalyses() if kind == "memory" else DynamoAnalyses()


def open_(store, made):
    assert store.write(None, made, joins=run(1))
    return made


def test_there_and_back(store):
    made = open_(store, incident())
    assert store.get("ws_1", made.id) == made
    assert store.get("ws_2", made.id) is None
    assert store.occurrence("ws_1", made.id, "trc_1") == run(1)
    assert store.of_trace("ws_1", "trc_1") == [made.id]
    assert store.of_trace("ws_2", "trc_1") == []
    assert store.many("ws_1", [made.id, "inc_9"]) == {made.id: made}


def test_it_is_opened_once(store):
    made = open_(store, incident())
    assert not store.write(None, made, joins=run(2))
    assert store.occurrence("ws_1", made.id, "trc_2") is None
    assert store.of_trace("ws_1", "trc_2") == []


def test_a_write_that_comes_late_writes_nothing(store):
    made = open_(store, incident())
    moved = joined(made, run(2, 1), None, at(1))
    assert store.write(made, moved, joins=run(2, 1))
    assert not store.write(made, joined(made, run(3, 2), None, at(2)), joins=run(3, 2))
    assert not store.write(made, changed(made, "ann", at(2), status="triaged"))
    assert not store.write(made, None, leaves="trc_1")
    assert store.get("ws_1", made.id) == moved
    assert [each.trace_id for each in store.occurrences("ws_1", made.id)] == ["trc_1", "trc_2"]


def test_people_move_it_on(store):
    made = open_(store, incident())
    moved = changed(made, "ann", at(2), status="fixing", owner_id="bob")
    assert store.write(made, moved)
    assert store.get("ws_1", made.id) == moved


def test_runs_leave_and_the_last_takes_it_along(store):
    made = open_(store, incident())
    two = joined(made, run(2), None, at(1))
    store.write(made, two, joins=run(2))
    store.put_fix("ws_1", made.id, {"plan": []})
    one = left(two, run(1), [run(2)], at(2))
    assert store.write(two, one, leaves="trc_1")
    assert (store.of_trace("ws_1", "trc_1"), store.of_trace("ws_1", "trc_2")) == ([], [made.id])
    assert store.write(one, None, leaves="trc_2")
    assert store.get("ws_1", made.id) is None
    assert store.fix("ws_1", made.id) is None
    assert store.occurrences("ws_1", made.id) == []
    assert store.entries("ws_1", None) == ([], None)


def test_runs_in_pages(store):
    made = open_(store, incident())
    for n in range(2, 8):
        after = joined(made, run(n), None, at(1))
        store.write(made, after, joins=run(n))
        made = after
    first = store.occurrences("ws_1", made.id, limit=4)
    rest = store.occurrences("ws_1", made.id, after=first[-1].trace_id, limit=4)
    assert [each.trace_id for each in first + rest] == [f"trc_{n}" for n in range(1, 8)]


def test_the_index_is_by_last_seen(store):
    a, b = incident("a", minute=1), incident("b", "p_2", minute=3)
    c, other = incident("c", minute=2), incident("d", workspace="ws_2")
    for each in (a, b, c, other):
        open_(store, each)
    entries, behind = store.entries("ws_1", None)
    assert ([entry.incident_id for entry in entries], behind) == ([b.id, c.id, a.id], None)
    assert [entry.incident_id for entry in store.entries("ws_1", "p")[0]] == [c.id, a.id]
    first, behind = store.entries("ws_1", None, limit=2)
    assert behind == first[-1].place
    assert [entry.incident_id for entry in store.entries("ws_1", None, after=behind)[0]] == [a.id]
    owned = changed(a, "ann", at(9), owner_id="bob", status="fixing")
    store.write(a, owned)
    (entry,) = [entry for entry in store.entries("ws_1", "p")[0] if entry.incident_id == a.id]
    assert (entry.owner_id, entry.status, entry.severity, entry.labels) == ("bob", "fixing", "medium", ("retry_loop",))
    assert (entry.title, entry.agent, entry.project_id) == (a.title, "agent", "p")


def test_it_moves_in_the_index_when_it_is_seen_again(store):
    a, b = open_(store, incident("a", minute=1)), open_(store, incident("b", minute=3))
    store.write(a, joined(a, run(2, 9), None, at(9)), joins=run(2, 9))
    assert [entry.incident_id for entry in store.entries("ws_1", None)[0]] == [a.id, b.id]


def test_fixes(store):
    made = open_(store, incident())
    assert store.fix("ws_1", made.id) is None
    store.put_fix("ws_1", made.id, {"plan": ["a"], "confidence": 0.5})
    store.put_fix("ws_1", made.id, {"plan": ["b"], "confidence": 0.25})
    assert store.fix("ws_1", made.id) == {"plan": ["b"], "confidence": 0.25}


def test_an_analysis_there_and_back(analyses):
    assert analyses.get("ws_1", "trc_1") is None
    assert analyses.put(analysis())
    assert analyses.get("ws_1", "trc_1") == analysis()
    assert analyses.get("ws_2", "trc_1") is None
    assert analyses.delete("ws_1", "trc_1")
    assert not analyses.delete("ws_1", "trc_1")
    assert analyses.get("ws_1", "trc_1") is None


@pytest.mark.parametrize(
    ("stored", "sent", "insist", "taken"),
    [
        ({}, {"event_count": 4}, False, True),
        ({}, {"confidence": 0.5}, False, True),
        ({}, {"event_count": 2}, False, False),
        ({}, {"event_count": 2}, True, False),
        ({"source": "service"}, {}, False, False),
        ({"source": "service"}, {}, True, True),
        ({"source": "service"}, {"event_count": 4}, False, True),
        ({}, {"source": "service"}, False, True),
        ({"source": "service"}, {"source": "service", "confidence": 0.1}, False, True),
        ({"event_count": 4}, {"source": "service"}, False, False),
    ],
)
def test_which_analysis_stays(analyses, stored, sent, insist, taken):
    analyses.put(analysis(**stored))
    assert analyses.put(analysis(**sent), insist=insist) is taken
    assert analyses.get("ws_1", "trc_1") == analysis(**(sent if taken else stored))


def test_labels_of_many(analyses):
    for n in range(130):
        analyses.put(analysis(trace_id=f"trc_{n}", labels=("stalled",) if n % 2 else ()))
    found = analyses.labels("ws_1", [f"trc_{n}" for n in range(200)])
    assert len(found) == 130
    assert (found["trc_1"], found["trc_2"]) == (("stalled",), ())
    assert analyses.labels("ws_2", ["trc_1"]) == {}


def test_joining_is_one_call(embedded):
    with record_calls() as calls:
        made = open_(DynamoIncidents(), incident())
        DynamoIncidents().write(made, changed(made, "ann", at(1), status="triaged"))
    assert [call.operation for call in calls.calls] == ["TransactWriteItems", "PutItem"]
