"""Analysing traces, and what becomes of their incidents."""

import json

import pytest

from tests.fakes.audit import audit_log
from tests.unit.services.analysis_world import CALLER, World, asked, denied, fine, refused, said
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid, NotFound
from wakeline.domain.views.analysis import analysis_view
from wakeline.services import analyses, incidents, traces


@pytest.fixture
def world():
    return World()


def test_a_run_that_failed_has_an_incident(world):
    world.run("a", *denied(), agent="deployer")
    done = world.analysed("a")
    head = world.ledger.head("ws_1", "a")
    assert "unhandled_error" in done.analysis.labels
    assert (done.analysis.head_hash, done.analysis.event_count) == (head.head_hash, 3)
    (incident,) = done.incidents
    assert (incident.agent, incident.session_ids, incident.status) == ("deployer", ("a",), "new")
    assert incident.signature == "deploy: permission denied request ms"
    assert done.analysis.incident_ids == [incident.id]


def test_a_run_that_went_well_has_none(world):
    world.run("a", *fine())
    done = world.analysed("a")
    assert (done.analysis.labels, done.analysis.critical_step_seq, done.incidents) == ((), None, [])
    assert analyses.stored(world.stores, CALLER, "a") == done.analysis


def test_an_empty_trace_can_be_analysed(world):
    world.run("a")
    assert world.analysed("a").analysis.labels == ()


def test_the_same_fault_in_fifty_runs_is_one_incident(world):
    for n in range(50):
        world.run(f"t{n}", *denied(n))
        world.analysed(f"t{n}")
    (incident,) = world.incidents.stored.values()
    assert incident.session_count == 50
    world.run("other", *refused())
    world.analysed("other")
    assert sorted(each.session_count for each in world.incidents.stored.values()) == [1, 50]


def test_analysing_again_changes_nothing(world):
    world.run("a", *denied())
    first = world.analysed("a")
    world.clock.advance(minutes=5)
    second = world.analysed("a")
    assert second == first
    assert json.dumps(analysis_view(second.analysis)) == json.dumps(analysis_view(first.analysis))


def test_more_events_replace_the_analysis(world):
    world.run("a", *denied())
    before = world.analysed("a")
    world.more("a", said("It could not be deployed: permission was denied."))
    after = world.analysed("a")
    assert after.analysis.head_hash != before.analysis.head_hash
    assert after.incidents == []
    assert world.incidents.stored == {}
    assert analyses.stored(world.stores, CALLER, "a") == after.analysis


def test_a_run_moves_to_another_incident(world):
    world.run("a", *denied())
    world.run("b", *denied(2))
    (first,) = world.analysed("a").incidents
    world.analysed("b")
    world.more("a", *refused()[1:])
    (second,) = world.analysed("a").incidents
    assert second.id != first.id
    kept = world.incidents.get("ws_1", first.id)
    assert (kept.session_count, kept.session_ids, kept.representative.trace_id) == (1, ("b",), "b")


def test_projects_and_workspaces_do_not_share_incidents(world):
    world.run("a", *denied(), project_id="p_1")
    world.run("b", *denied(2), project_id="p_2")
    (one,), (other,) = world.analysed("a").incidents, world.analysed("b").incidents
    assert one.id != other.id
    narrow = Caller("ws_1", "p_2", "key_2", "key", frozenset({"traces:write"}), "free")
    with pytest.raises(NotFound):
        analyses.analyse(world.stores, world.env, narrow, "a")
    with pytest.raises(NotFound):
        incidents.get(world.incidents, narrow, one.id)


def test_a_verified_incident_that_recurs_is_a_regression(world):
    world.run("a", *denied())
    (incident,) = world.analysed("a").incidents
    world.clock.advance(minutes=1)
    incidents.update(world.incidents, world.env, audit_log(), CALLER, incident.id, status="verified")
    world.analysed("a")
    assert world.incidents.get("ws_1", incident.id).status == "verified"
    world.clock.advance(minutes=1)
    world.run("b", *denied(2))
    (again,) = world.analysed("b").incidents
    assert (again.id, again.status, again.reopened) == (incident.id, "new", 1)


def test_news_that_comes_twice_changes_nothing(world):
    world.run("a", *denied())
    first = world.end("a")
    world.clock.advance(minutes=5)
    assert world.end("a") == first
    assert world.end("nobody's") is None


def test_a_run_marked_failed_has_a_critical_step_even_if_nothing_is_found(world):
    world.run("a", asked("Say hello"), said("Hello!"), {"type": "session_end", "payload": {"status": "failed"}})
    assert world.analysed("a").analysis.critical_step_seq is not None


def forget(world, trace_id):
    def forgotten(trace):
        return analyses.forget(world.stores, world.env, trace.workspace_id, trace.id)

    traces.delete(world.ledger, world.env, audit_log(), CALLER, trace_id, forgotten)


def test_a_deleted_trace_leaves_nothing(world):
    for name in ("a", "b"):
        world.run(name, *denied())
        (incident,) = world.analysed(name).incidents
    forget(world, "a")
    assert world.analyses.get("ws_1", "a") is None
    kept = world.incidents.get("ws_1", incident.id)
    assert (kept.session_count, kept.session_ids) == (1, ("b",))
    forget(world, "b")
    assert (world.incidents.stored, world.incidents.runs, world.analyses.stored) == ({}, {}, {})
    with pytest.raises(NotFound):
        forget(world, "b")


def test_news_of_a_trace_that_is_deleted_by_then(world):
    world.run("a", *denied())
    world.analysed("a")
    traces.delete(world.ledger, world.env, audit_log(), CALLER, "a")
    assert world.end("a") is None
    assert (world.incidents.stored, world.incidents.runs, world.analyses.stored) == ({}, {}, {})


def test_a_trace_deleted_while_it_is_analysed(world, monkeypatch):
    world.run("a", *denied())
    put = world.analyses.put

    def late(analysis, **said):
        forget(world, "a")
        return put(analysis, **said)

    monkeypatch.setattr(world.analyses, "put", late)
    with pytest.raises(NotFound):
        world.analysed("a")
    assert (world.incidents.stored, world.incidents.runs, world.analyses.stored) == ({}, {}, {})


SAID = {
    "labels": ("wrong_tone",),
    "confidence": 0.7,
    "critical_step_seq": 1,
    "critical_agent": "agent",
    "root_cause": "It was rude.",
    "detections": (),
    "evidence": {"judge": "m"},
    "detector_version": "judge-3",
}


def test_a_service_stores_its_own_result(world):
    world.run("a", *denied())
    world.run("b", *refused())
    (kept,), (other,) = world.analysed("a").incidents, world.analysed("b").incidents
    done = analyses.put(world.stores, world.env, audit_log(), CALLER, "a", SAID, None, None)
    assert (done.analysis.labels, done.analysis.source) == (("wrong_tone",), "service")
    assert [each.id for each in done.incidents] == [kept.id]
    linked = analyses.put(world.stores, world.env, audit_log(), CALLER, "a", SAID, [other.id], done.analysis.head_hash)
    assert [each.id for each in linked.incidents] == [other.id]
    assert world.incidents.get("ws_1", kept.id) is None
    assert world.incidents.get("ws_1", other.id).session_count == 2
    # The worker's news of the same events does not undo it, more events do.
    assert world.end("a").analysis == linked.analysis
    world.more("a", said("…"))
    assert world.end("a").analysis.source == "detectors"


def test_what_a_service_cannot_store(world):
    world.run("a", *denied())
    world.run("b", *denied(), project_id="p_2")
    (elsewhere,) = world.analysed("b").incidents
    with pytest.raises(Conflict):
        analyses.put(world.stores, world.env, audit_log(), CALLER, "a", SAID, None, "sha256:00")
    with pytest.raises(Invalid, match="critical_step_seq"):
        analyses.put(world.stores, world.env, audit_log(), CALLER, "a", SAID | {"critical_step_seq": 9}, None, None)
    for unknown in ("inc_9", elsewhere.id):
        with pytest.raises(Invalid, match=r"incident_ids\.0"):
            analyses.put(world.stores, world.env, audit_log(), CALLER, "a", SAID, [unknown], None)
    assert world.analyses.get("ws_1", "a") is None


def test_a_replay_that_fails_is_no_occurrence(world):
    world.run("a", *denied())
    (incident,) = world.analysed("a").incidents
    world.run("b", *denied(2), metadata={"_fork_id": "frk_1", "_fork_of": "a"})
    done = world.analysed("b")
    assert "unhandled_error" in done.analysis.labels
    assert done.incidents == []
    assert world.incidents.get("ws_1", incident.id).session_count == 1
