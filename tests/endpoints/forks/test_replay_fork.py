"""POST /api/v1/forks/{fork_id}/replay, with the worker behind it"""

import json

import pytest

from local.engine import record_calls
from tests.endpoints.forks.world import PATH, ask, fork, record, show, work

CHEAP = {"kind": "tool_output", "span_id": "s2", "value": {"price": 90}}


def test_anonymous(stack):
    assert stack.call("POST", f"{PATH}/frk_1/replay", body={}).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("POST", f"{PATH}/frk_1/replay", key=workspace.reader, body={}).status == 403


def test_another_workspaces_fork_is_not_there(stack, workspace, elsewhere):
    record(stack, workspace)
    made = fork(stack, workspace)
    answer = stack.call("POST", f"{PATH}/{made['id']}/replay", key=elsewhere.writer, body={})
    assert (answer.status, answer.error["message"]) == (404, "fork not found")
    assert show(stack, workspace, made["id"])["status"] == "created"


def test_a_replay_from_the_record(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    answer = ask(stack, workspace, made["id"], substitutions=[CHEAP], engine="recorded")
    assert answer.status == 202
    assert (answer.json["status"], answer.json["engine"]) == ("replaying", "recorded")
    assert answer.json["substitutions"] == [CHEAP]
    assert answer.json["fork_trace_id"] == made["fork_trace_id"]
    work(stack, workspace, made["id"])
    done = show(stack, workspace, made["id"])
    assert done["status"] == "diverged"
    assert done["reason"] == "one step has no answer in the record; the first is s3"
    assert done["progress"] == {"done": 4, "total": 5, "unrecorded": 1}
    trace = stack.call("GET", f"/api/v1/traces/{made['fork_trace_id']}", key=workspace.reader).json
    assert trace["metadata"]["_fork_of"] == "trc_1"
    spans = {span["id"]: span for span in trace["spans"]}
    assert spans["s2"]["output"] == {"price": 90}
    assert (spans["s3"]["input"], spans["s3"]["output"]) == ([{"role": "tool", "content": '{"price": 90}'}], None)
    assert spans["s4"]["output"] == "logged"
    verified = stack.call("GET", f"/api/v1/traces/{made['fork_trace_id']}/verify", key=workspace.reader).json
    assert verified["valid"]


def test_what_is_changed_may_stand_by_its_name(stack, workspace):
    record(stack, workspace)
    made = stack.call(
        "POST", PATH, key=workspace.writer, body={"trace_id": "trc_1", "span_id": "s2", "tool_output": {"price": 90}}
    ).json
    assert made["substitutions"] == [{**CHEAP, "span_id": None}]
    answer = ask(stack, workspace, made["id"], substitutions=[CHEAP], model="gpt-4o-mini", temperature=0)
    assert answer.status == 202
    assert answer.json["substitutions"] == [
        CHEAP,
        {"kind": "model", "value": "gpt-4o-mini", "span_id": None},
        {"kind": "temperature", "value": 0, "span_id": None},
    ]
    wrong = ask(stack, workspace, made["id"], substitutions=[CHEAP], temperature="hot")
    assert (wrong.status, wrong.error["details"][0]["field"]) == (400, "substitutions.1.value")


def test_while_one_runs_another_is_refused(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    assert ask(stack, workspace, made["id"]).status == 202
    again = ask(stack, workspace, made["id"], substitutions=[CHEAP])
    assert (again.status, again.error["code"]) == (409, "conflict")


def test_the_same_replay_twice_is_the_same_trace(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    seen = []
    for _ in range(2):
        assert ask(stack, workspace, made["id"], substitutions=[CHEAP]).status == 202
        work(stack, workspace, made["id"])
        trace_id = show(stack, workspace, made["id"])["fork_trace_id"]
        seen.append(stack.call("GET", f"/api/traces/{trace_id}/events", key=workspace.reader).body)
    assert seen[0] == seen[1]


def test_a_trace_deleted_in_between(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    assert ask(stack, workspace, made["id"]).status == 202
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    work(stack, workspace, made["id"])
    done = show(stack, workspace, made["id"])
    assert (done["status"], done["reason"]) == ("failed", "the trace was deleted")
    assert ask(stack, workspace, made["id"]).status == 404


def test_a_runners_secret_is_shown_once(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    answer = ask(stack, workspace, made["id"], engine="webhook", runner_url="https://runner.example/replay")
    assert answer.status == 202
    assert answer.json["runner_secret"].startswith("whsec_")
    assert "runner_secret" not in show(stack, workspace, made["id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"engine": "guess"}, "engine"),
        ({"engine": "webhook"}, "runner_url"),
        ({"engine": "webhook", "runner_url": "https://169.254.169.254/latest"}, "runner_url"),
        ({"engine": "webhook", "runner_url": "http://runner.example"}, "runner_url"),
        ({"substitutions": [{"kind": "prompt", "value": 3}]}, "substitutions.0.value"),
        ({"substitutions": [{"kind": "tool_output", "value": 3, "span_id": "s1"}]}, "substitutions.0.span_id"),
        ({"substitutions": "x"}, "substitutions"),
    ],
)
def test_what_does_not_fit_is_named(stack, workspace, body, field):
    record(stack, workspace)
    made = fork(stack, workspace)
    answer = ask(stack, workspace, made["id"], **body)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert field in answer.error["message"]
    assert show(stack, workspace, made["id"])["status"] == "created"


def test_what_it_costs(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    with record_calls() as calls:
        assert ask(stack, workspace, made["id"], substitutions=[CHEAP]).status == 202
    asked = [name for name in calls.operations if name != "UpdateItem"]
    # The fork, its trace and events; whether this was asked before; where it goes; the note; the request and the fork.
    assert sorted(asked) == ["GetItem"] * 6 + ["PutItem"] * 4 + ["Query"]
    assert json.dumps(calls.operations).count("Transact") == 0
