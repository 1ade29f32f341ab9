"""POST /api/v1/forks"""

import pytest

from tests.endpoints.bad_bodies import UNREADABLE
from tests.endpoints.forks.world import PATH, fork, record

BODY = {"trace_id": "trc_1", "span_id": "s2"}


def test_anonymous(stack):
    assert stack.call("POST", PATH, body=BODY).status == 401


def test_missing_scope(stack, workspace):
    record(stack, workspace)
    assert stack.call("POST", PATH, key=workspace.reader, body=BODY).status == 403


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    record(stack, workspace)
    answer = stack.call("POST", PATH, key=elsewhere.writer, body=BODY)
    assert (answer.status, answer.error["message"]) == (404, "trace not found")


def test_another_projects_trace_is_not_there(stack, workspace):
    record(stack, workspace, project_id="proj_1")
    key = workspace.key("traces:write", project="proj_2")
    assert stack.call("POST", PATH, key=key, body=BODY).status == 404


def test_a_fork(stack, workspace):
    record(stack, workspace)
    change = {"kind": "tool_output", "span_id": "s2", "value": {"price": 90}}
    made = fork(stack, workspace, substitutions=[change])
    assert {name: made[name] for name in ("trace_id", "span_id", "fork_point_index", "status", "engine", "reason")} == {
        "trace_id": "trc_1",
        "span_id": "s2",
        "fork_point_index": 1,
        "status": "created",
        "engine": None,
        "reason": None,
    }
    assert made["id"].startswith("frk_")
    assert made["fork_trace_id"].startswith("trc_")
    assert made["substitutions"] == [change]
    assert made["progress"] == {"done": 0, "total": 5, "unrecorded": 0}
    # Nothing was run yet.
    assert stack.call("GET", f"/api/v1/traces/{made['fork_trace_id']}", key=workspace.reader).status == 404


def test_the_same_key_makes_one_fork(stack, workspace):
    record(stack, workspace)
    answers = [
        stack.call("POST", PATH, key=workspace.writer, body=BODY, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"trace_id": None}, "trace_id"),
        ({"span_id": ""}, "span_id"),
        ({"span_id": "s9"}, "span_id"),
        ({"substitutions": {}}, "substitutions"),
        ({"substitutions": [{"kind": "nothing", "value": 1}]}, "substitutions.0.kind"),
        ({"substitutions": [{"kind": "model", "value": 1}]}, "substitutions.0.value"),
        ({"substitutions": [{"kind": "model", "value": "m", "span_id": "s2"}]}, "substitutions.0.span_id"),
        ({"substitutions": [{"kind": "model", "value": "m", "span_id": "s1"}]}, "substitutions.0.span_id"),
        ({"substitutions": [{"kind": "model"}]}, "substitutions.0.value"),
    ],
)
def test_what_does_not_fit_is_named(stack, workspace, said, field):
    record(stack, workspace)
    answer = stack.call("POST", PATH, key=workspace.writer, body=BODY | said)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert field in answer.error["message"]


@pytest.mark.parametrize("body", UNREADABLE)
def test_what_cannot_be_read(stack, workspace, body):
    assert stack.call("POST", PATH, key=workspace.writer, body=body).status == 400
