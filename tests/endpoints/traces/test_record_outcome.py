"""POST /api/v1/traces/{id}/outcome."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.endpoints.governing import Governed


@pytest.fixture
def governed(stack, workspace):
    return Governed(stack, workspace).ready()


def test_anonymous(stack):
    assert stack.call("POST", "/api/v1/traces/trc_1/outcome", body={"status": "success"}).status == 401


def test_missing_scope(stack, workspace):
    path = "/api/v1/traces/trc_1/outcome"
    assert stack.call("POST", path, key=workspace.reader, body={"status": "success"}).status == 403


def test_another_workspaces_trace_is_not_there(governed, elsewhere):
    trace_id = governed.ask("read").json["trace_id"]
    assert governed.outcome(trace_id, key=elsewhere.writer).status == 404
    assert governed.outcome("trc_no").status == 404


@pytest.mark.parametrize(
    ("status", "event", "outcome", "ended"),
    [
        ("success", "operation_executed", "executed", "completed"),
        ("error", "operation_failed", "blocked", "failed"),
    ],
)
def test_it_ends_the_trace(governed, status, event, outcome, ended):
    trace_id = governed.ask("read").json["trace_id"]
    answer = governed.outcome(trace_id, status, metadata={"region": "eu"}, exit_code=3)
    assert (answer.status, answer.body) == (204, b"")
    trace = governed.trace(trace_id)
    assert governed.kinds(trace_id)[-2:] == [event, "trace_closed"]
    assert (trace["final_outcome"], trace["status"], trace["event_count"]) == (outcome, ended, 6)
    assert trace["events"][-2]["metadata"] == {"region": "eu", "exit_code": 3}
    assert trace["events"][-2]["status"] == status
    assert trace["completed_at"] is not None
    assert governed.valid(trace_id)
    again = governed.outcome(trace_id, status)
    assert (again.status, again.error["code"]) == (409, "conflict")
    assert governed.trace(trace_id)["event_count"] == 6


def test_not_before_a_person_decided(governed):
    said = governed.ask().json
    assert governed.outcome(said["trace_id"]).status == 409
    assert governed.kinds(said["trace_id"])[-1] == "approval_requested"


def test_an_error_after_an_approval_is_blocked(governed):
    said = governed.ask().json
    governed.decide("approve", said["approval_request_id"])
    assert governed.outcome(said["trace_id"], "error").status == 204
    assert governed.trace(said["trace_id"])["final_outcome"] == "blocked"


def test_not_of_what_was_blocked(governed):
    assert governed.outcome(governed.ask("drop").json["trace_id"]).status == 409


@pytest.mark.parametrize(
    ("status", "event", "outcome", "ended"),
    [
        ("success", "operation_executed", "executed", "completed"),
        ("error", "operation_failed", "blocked", "failed"),
    ],
)
def test_it_ends_a_run_that_nobody_governed(governed, status, event, outcome, ended):
    governed.workspace.trace("trc_plain", [{"type": "user_message", "payload": {"content": "Go."}}])
    assert governed.outcome("trc_plain", status, metadata={"region": "eu"}, key=governed.admin).status == 204
    trace = governed.trace("trc_plain")
    assert governed.kinds("trc_plain") == ["user_message", event, "trace_closed", "session_end"]
    assert (trace["final_outcome"], trace["status"], trace["has_approval"]) == (outcome, ended, False)
    assert trace["events"][1]["metadata"] == {"region": "eu"}
    assert governed.valid("trc_plain")
    assert governed.outcome("trc_plain", status, key=governed.admin).status == 409


def test_not_of_a_run_that_ended(governed):
    governed.workspace.trace("trc_ended", [{"type": "session_end", "payload": {"status": "completed"}}])
    answer = governed.outcome("trc_ended", key=governed.admin)
    assert (answer.status, answer.error["message"]) == (409, "the trace is finalized already: executed")


def test_once_however_many_report(governed):
    trace_id = governed.ask("read").json["trace_id"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda status: governed.outcome(trace_id, status).status, ["success", "error"] * 3))
    assert sorted(answers) == [204, 409, 409, 409, 409, 409]
    assert governed.kinds(trace_id).count("trace_closed") == 1
    assert governed.valid(trace_id)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "done"}, "status"),
        ({}, "status"),
        ({"status": "success", "metadata": []}, "metadata"),
        ({"status": "success", "metadata": {"n": 2**60}}, "metadata"),
    ],
)
def test_bad_input_names_the_field(stack, governed, body, field):
    trace_id = governed.ask("read").json["trace_id"]
    answer = stack.call("POST", f"/api/v1/traces/{trace_id}/outcome", key=governed.agent_key, body=body)
    assert (answer.status, answer.error["details"][0]["field"]) == (400, field)
    assert governed.trace(trace_id)["event_count"] == 4
