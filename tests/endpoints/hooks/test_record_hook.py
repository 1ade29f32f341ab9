"""POST /api/hooks/claude-code"""

import json

import pytest

from local.capacity import record_calls
from tests.unit.domain.claude_code.hook_samples import FIELDS, hook

PATH = "/api/hooks/claude-code"
SESSION = str(hook("Stop")["session_id"])


@pytest.fixture
def send(stack, workspace):
    def send(body, key=None, **headers):
        return stack.call("POST", PATH, key=key or workspace.writer, body=body, headers=headers)

    return send


def events(stack, workspace, session=SESSION):
    return stack.call("GET", f"/api/traces/{session}/events", key=workspace.reader).json["events"]


def test_anonymous(stack, workspace):
    assert stack.call("POST", PATH, body=hook("Stop")).status == 401
    assert workspace.stored() == {}


def test_missing_scope(workspace, send):
    assert send(hook("Stop"), key=workspace.reader).status == 403
    assert workspace.stored() == {}


def test_another_workspaces_session_is_another(stack, workspace, elsewhere, send):
    send(hook("SessionStart"))
    assert send(hook("Stop"), key=elsewhere.writer).status == 202
    assert [event["type"] for event in events(stack, workspace)] == ["session_start"]
    assert [event["type"] for event in events(stack, elsewhere)] == ["agent_message", "state_change"]


def test_another_projects_session_is_not_there(stack, workspace, send):
    send(hook("SessionStart"), key=workspace.key("traces:write", project="proj_1"))
    assert send(hook("Stop"), key=workspace.key("traces:write", project="proj_2")).status == 404
    assert len(events(stack, workspace)) == 1


def test_a_session(stack, workspace, send):
    for name in FIELDS:
        answer = send(hook(name))
        assert (answer.status, answer.json) == (202, {}), name
    kept = {event["metadata"]["hook_event_name"]: event["metadata"].get("hook") for event in events(stack, workspace)
            if "hook" in event["metadata"]}  # fmt: skip
    assert kept == {name: hook(name) for name in FIELDS}
    session = stack.call("GET", f"/api/sessions/{SESSION}", key=workspace.reader).json
    assert [message["content"] for message in session["messages"]] == ["Fix the test", "Done."]
    assert [(call["tool_name"], call["success"]) for call in session["tool_calls"]] == [("Write", True)]
    assert [change["path"] for change in session["file_changes"]] == ["/repo/a.py", "/repo/.env"]
    assert [agent["agent_type"] for agent in session["subagents"]] == ["Explore"]
    assert stack.call("GET", f"/api/v1/traces/{SESSION}/verify", key=workspace.reader).json["valid"]


def test_a_hook_is_recorded_in_four_calls(send):
    send(hook("SessionStart"))
    with record_calls() as calls:
        send(hook("PreToolUse"))
    assert [call.operation for call in calls.calls] == ["UpdateItem", "GetItem", "PutItem", "PutItem"]
    with record_calls() as calls:
        send(hook("PreToolUse"))
    assert [call.operation for call in calls.calls] == ["UpdateItem", "GetItem"]


def test_and_so_is_the_first(send):
    send(hook("SessionStart"))
    with record_calls() as calls:
        send(hook("SessionStart", session_id="another"))
    assert [call.operation for call in calls.calls] == ["UpdateItem", "GetItem", "GetItem", "TransactWriteItems"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (json.dumps({"session_id": "s"}).encode(), 422),
        (json.dumps({"hook_event_name": "Stop"}).encode(), 422),
        (json.dumps(hook("Stop", session_id=7)).encode(), 422),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
        (json.dumps(hook("Stop", last_assistant_message="x" * 2 * 1024 * 1024)).encode(), 413),
    ],
)
def test_what_is_no_hook(workspace, send, body, status):
    assert send(body).status == status
    assert workspace.stored() == {}


def test_a_large_one_and_a_strange_one(stack, workspace, send):
    content = "ä\u2028'\"" * 100_000
    assert send(hook("PreToolUse", tool_input={"content": content, "__proto__": {"n": 2**60}})).status == 202
    assert send(b'{"session_id": "../x y", "hook_event_name": "\\ud800", "n": 1e400}').status == 202
    call = events(stack, workspace)[0]
    assert call["payload"]["arguments"] == {"content": content, "__proto__": {"n": str(2**60)}}
