"""POST and GET /api/incidents/{incident_id}/regression-runs, with the worker behind them"""

from dataclasses import replace

import pytest

from local.functions import Functions
from tests.endpoints.failing import denied, fine
from tests.fakes.dying import Died, DyingStore
from wakeline import wiring
from wakeline.domain.outbox.replay import regression_events
from wakeline.services import regressions
from wakeline.wiring import govern, replay

END = {"type": "session_end", "payload": {"status": "completed"}}
MENDED = {"kind": "tool_output", "span_id": "s1", "value": "ok"}


@pytest.fixture
def incident(stack, workspace):
    """An incident of trc_1 and trc_2, beside a session that went well."""
    analysed(stack, workspace, "trc_1", denied(1))
    opened = analysed(stack, workspace, "trc_2", denied(2))["incidents"][0]
    analysed(stack, workspace, "trc_3", [*fine(), END])
    return opened["id"]


def analysed(stack, workspace, trace_id, events, **facts):
    workspace.trace(trace_id, events, **facts)
    return stack.call("POST", f"/api/traces/{trace_id}/analyze", key=workspace.writer).json


def path(incident_id, run_id=None):
    return f"/api/incidents/{incident_id}/regression-runs" + (f"/{run_id}" if run_id else "")


def ask(stack, workspace, incident_id, **body):
    return stack.call("POST", path(incident_id), key=workspace.key("incidents:write"), body=body)


def run(stack, workspace, incident_id, *changes):
    """Ask for a run, do what the bus does, and show it."""
    answer = ask(stack, workspace, incident_id, substitutions=list(changes))
    assert answer.status == 202, answer.body
    run_id = answer.json["regression_run"]["id"]
    stored = replay.regression_stores().runs.get(workspace.id, incident_id, run_id)
    assert stored is not None
    (event,) = regression_events(None, stored)
    functions = Functions(stack.engine.template)
    functions.invoke(functions.all["OnRegressionRequested"], {"detail": event.model_dump()})
    return stack.call("GET", path(incident_id, run_id), key=workspace.reader).json


def status(stack, workspace, incident_id):
    return stack.call("GET", f"/api/incidents/{incident_id}", key=workspace.reader).json["status"]


def test_anonymous(stack):
    assert stack.call("POST", path("inc_1"), body={}).status == 401
    assert stack.call("GET", path("inc_1")).status == 401
    assert stack.call("GET", path("inc_1", "rgr_1")).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("POST", path("inc_1"), key=workspace.reader, body={}).status == 403
    assert stack.call("GET", path("inc_1"), key=workspace.writer).status == 403
    assert stack.call("GET", path("inc_1", "rgr_1"), key=workspace.writer).status == 403


def test_another_workspaces_incident_is_not_there(stack, workspace, elsewhere, incident):
    made = ask(stack, workspace, incident).json["regression_run"]
    for each in (incident, "inc_9"):
        assert stack.call("POST", path(each), key=elsewhere.key("incidents:write"), body={}).status == 404
        assert stack.call("GET", path(each), key=elsewhere.reader).status == 404
        assert stack.call("GET", path(each, made["id"]), key=elsewhere.reader).status == 404
    assert stack.call("GET", path(incident, "rgr_9"), key=workspace.reader).status == 404


def test_it_is_asked_for_and_noted(stack, workspace, incident):
    answer = ask(stack, workspace, incident, pr_url="https://github.com/acme/shop/pull/7")
    assert answer.status == 202
    made = answer.json["regression_run"]
    assert (made["status"], made["incident_id"], made["engine"]) == ("requested", incident, "recorded")
    assert made["pr_url"] == "https://github.com/acme/shop/pull/7"
    assert made["rows"] == []
    audit = wiring.ledger().head(workspace.id, "wakeline:audit")
    assert audit is not None
    assert audit.event_count >= 1


def test_without_a_change_the_proposed_fix_is_tried(stack, workspace, incident):
    fix = {"summary": "Answer ok", "substitutions": [MENDED]}
    replay.regression_stores().incidents.put_fix(workspace.id, incident, fix)
    made = ask(stack, workspace, incident).json["regression_run"]
    assert made["substitutions"] == [MENDED]
    none = ask(stack, workspace, incident, substitutions=[]).json["regression_run"]
    assert none["substitutions"] == []


def test_a_change_that_mends_verifies_the_incident(stack, workspace, incident):
    ended = run(stack, workspace, incident, MENDED)
    assert (ended["status"], ended["verified"], ended["fallback"]) == ("completed", True, False)
    rows = {row["session_id"]: row for row in ended["rows"]}
    assert {name: (row["kind"], row["before"], row["after"]) for name, row in rows.items()} == {
        "trc_1": ("incident", "fail", "pass"),
        "trc_2": ("incident", "fail", "pass"),
        "trc_3": ("passing", "pass", "pass"),
    }
    counts = [ended[name] for name in ("before_pass", "before_fail", "after_pass", "after_fail", "inconclusive")]
    assert counts == [1, 2, 3, 0, 0]
    assert status(stack, workspace, incident) == "verified"


def test_no_change_mends_nothing(stack, workspace, incident):
    ended = run(stack, workspace, incident)
    assert (ended["verified"], ended["after_fail"], ended["after_pass"]) == (False, 2, 1)
    assert status(stack, workspace, incident) == "new"


def test_what_was_not_replayed_has_not_passed(stack, workspace, incident):
    other = {"kind": "tool_output", "span_id": "s1", "value": "something else"}
    ended = run(stack, workspace, incident, other)
    rows = {row["session_id"]: row for row in ended["rows"]}
    # What the agent says of it is not in the record.
    assert rows["trc_3"]["after"] == "inconclusive"
    assert "no answer in the record" in rows["trc_3"]["why"]
    assert (ended["verified"], ended["fallback"]) == (False, True)
    assert status(stack, workspace, incident) == "new"


def test_a_change_that_fits_no_session(stack, workspace, incident):
    ended = run(stack, workspace, incident, {"kind": "prompt", "value": "Be careful"})
    assert ended["inconclusive"] == 3
    assert all(row["why"].startswith("not replayed: ") for row in ended["rows"])


def test_runs_are_listed_newest_first(stack, workspace, incident):
    made = [ask(stack, workspace, incident).json["regression_run"]["id"] for _ in range(3)]
    first = stack.call("GET", path(incident), key=workspace.reader, limit=2).json
    assert [each["id"] for each in first["regression_runs"]] == made[:0:-1]
    last = stack.call("GET", path(incident), key=workspace.reader, limit=2, cursor=first["next_cursor"]).json
    assert ([each["id"] for each in last["regression_runs"]], last["next_cursor"]) == ([made[0]], None)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"engine": "webhook"}, "engine"),
        ({"pr_url": "javascript:x"}, "pr_url"),
        ({"substitutions": [{"kind": "x", "value": 1}]}, "substitutions.0.kind"),
        ({"substitutions": [{"kind": "model", "value": 1}]}, "substitutions.0.value"),
    ],
)
def test_what_does_not_fit_is_named(stack, workspace, incident, said, field):
    answer = ask(stack, workspace, incident, **said)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert field in answer.error["message"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("dies", "writes"), [("runs", "put"), ("incidents", "write")])
def test_a_worker_that_dies_between_its_writes_is_taken_up(stack, workspace, incident, dies, writes, when):
    run_id = ask(stack, workspace, incident, substitutions=[MENDED]).json["regression_run"]["id"]
    stores = replay.regression_stores()

    def work(with_stores):
        given = (govern.audit_log(), replay.engines().ask, workspace.id, incident, run_id)
        return regressions.run(with_stores, *given)

    dying = DyingStore(getattr(stores, dies), 1, when, frozenset({writes}))
    with pytest.raises(Died):
        work(replace(stores, **{dies: dying}))
    work(stores)
    shown = stack.call("GET", path(incident, run_id), key=workspace.reader).json
    assert (shown["status"], shown["verified"]) == ("completed", True)
    found = stack.call("GET", f"/api/incidents/{incident}", key=workspace.reader).json
    assert found["status"] == "verified"
    assert [each.get("to", each.get("status")) for each in found["history"]].count("verified") == 1
