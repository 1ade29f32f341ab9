"""GET /api/v1/sessions/{session_id}, GET /api/sessions/{session_id}"""

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages

PATHS = ["/api/v1/sessions", "/api/sessions"]


def say(kind: str, **payload):
    return {"type": kind, "payload": payload}


@pytest.mark.parametrize("path", PATHS)
def test_anonymous(stack, path):
    assert stack.call("GET", f"{path}/trc_1").status == 401


@pytest.mark.parametrize("path", PATHS)
def test_missing_scope(stack, workspace, path):
    trace = workspace.trace()
    assert stack.call("GET", f"{path}/{trace.id}", key=workspace.writer).status == 403


@pytest.mark.parametrize("path", PATHS)
def test_another_workspaces_session_is_not_there(stack, workspace, elsewhere, path):
    trace = workspace.trace()
    theirs = stack.call("GET", f"{path}/{trace.id}", key=elsewhere.reader)
    nobodys = stack.call("GET", f"{path}/trc_no", key=elsewhere.reader)
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"] == "Session not found"


def test_another_projects_session_is_not_there(stack, workspace):
    trace = workspace.trace(project_id="proj_2")
    key = workspace.key("traces:read", project="proj_1")
    assert stack.call("GET", f"{PATHS[0]}/{trace.id}", key=key).status == 404


@pytest.mark.parametrize("path", PATHS)
def test_all_that_a_session_holds(stack, workspace, path):
    trace = workspace.trace(
        "sess_abc123",
        [
            say("user_message", content="Refactor the auth module to use JWT"),
            say("llm_call", model="m", input_tokens=7, output_tokens=3),
            say("agent_message", content="I'll refactor the auth module...", model="m"),
            say("tool_call", tool_name="Edit", arguments={"file_path": "src/auth.rs"}, call_id="c1")
            | {"span_id": "c1"},
            say("tool_result", call_id="c1", result="ok", duration_ms=12) | {"span_id": "c1"},
            say("file_change", path="src/auth.rs", action="modified", additions=40, deletions=10),
            say("file_change", path="src/auth.rs", action="modified", additions=5, deletions=2),
            say("subagent_start", agent_type="Explore", description="look") | {"span_id": "a1"},
            say("subagent_stop", status="completed", tokens=50) | {"span_id": "a1"},
            say("session_end", status="completed"),
        ],
        author="alice",
        repo="myproject",
        tool="claude-code",
        metadata={"a": 1},
    )
    session = stack.call("GET", f"{path}/{trace.id}", key=workspace.reader).json
    assert [(each["role"], each["content"]) for each in session["messages"]] == [
        ("user", "Refactor the auth module to use JWT"),
        ("assistant", "I'll refactor the auth module..."),
    ]
    assert session["messages"][1]["tokens"] == 10
    (call,) = session["tool_calls"]
    assert (call["tool_name"], call["tool_response"], call["success"], call["duration_ms"]) == ("Edit", "ok", True, 12)
    (agent,) = session["subagents"]
    assert (agent["agent_type"], agent["status"], agent["tokens"]) == ("Explore", "completed", 50)
    assert session["file_changes"] == [{"path": "src/auth.rs", "action": "modified", "additions": 45, "deletions": 12}]
    assert (session["author"], session["repo"], session["tool"]) == ("alice", "myproject", "claude-code")
    assert (session["ended_at"], session["status"], session["metadata"]) == (trace.ended_at, "completed", {"a": 1})
    assert session["session"]["id"] == "sess_abc123"
    assert (session["truncated"], session["more"]) == (False, {})


def test_a_large_session_is_cut_and_says_where_it_goes_on(stack, workspace):
    events = [say("user_message", content=f"{number} " + '\\"\n' * 2000) for number in range(1100)]
    trace = workspace.trace(events=events)
    session = stack.call("GET", f"{PATHS[1]}/{trace.id}", key=workspace.reader)
    shown = session.json["messages"]
    assert len(session.body) < 5_000_000
    assert session.json["truncated"]
    assert 0 < len(shown) < 1000

    def fetch(cursor):
        path = session.json["more"]["messages"] if cursor is None else f"/api/messages?session_id={trace.id}"
        return stack.call("GET", path, key=workspace.reader, cursor=cursor, limit=1000)

    rest = pages(fetch, "messages")
    assert [each["index"] for each in shown + rest] == list(range(1100))


def test_at_most_a_thousand_of_each(stack, workspace):
    calls = [say("tool_call", tool_name="Bash", arguments={}) | {"span_id": f"s{number}"} for number in range(1003)]
    trace = workspace.trace(events=[*calls, say("user_message", content="x")])
    session = stack.call("GET", f"{PATHS[0]}/{trace.id}", key=workspace.reader).json
    assert (len(session["tool_calls"]), len(session["messages"]), list(session["more"])) == (1000, 1, ["tool_calls"])
    rest = stack.call("GET", session["more"]["tool_calls"], key=workspace.reader).json
    assert [each["index"] for each in rest["tool_calls"]] == [1000, 1001, 1002]
    assert (rest["total"], rest["offset"], rest["next_cursor"]) == (1003, 1000, None)


def test_as_many_of_each_as_one_asks_for(stack, workspace):
    trace = workspace.trace(events=[say("user_message", content=str(number)) for number in range(5)])
    session = stack.call("GET", f"{PATHS[1]}/{trace.id}", key=workspace.reader, limit=2).json
    assert [each["content"] for each in session["messages"]] == ["0", "1"]
    rest = stack.call("GET", session["more"]["messages"], key=workspace.reader).json
    assert [each["content"] for each in rest["messages"]] == ["2", "3", "4"]
    for limit in (-1, 1001):
        refused = stack.call("GET", f"{PATHS[1]}/{trace.id}", key=workspace.reader, limit=limit)
        assert (refused.status, refused.error["details"][0]["field"]) == (422, "limit")


def test_the_facts_alone_read_no_event(stack, workspace):
    changed = say("file_change", path="a.py", action="created", additions=1, deletions=0)
    trace = workspace.trace(events=[say("user_message", content="x"), changed])
    path = f"{PATHS[1]}/{trace.id}"
    whole = stack.call("GET", path, key=workspace.reader).json
    with record_calls() as calls:
        facts = stack.call("GET", path, key=workspace.reader, limit=0).json
    assert "Query" not in calls.operations
    assert facts["session"] == whole["session"]
    assert (facts["messages"], facts["file_changes"], facts["truncated"]) == ([], [], True)
    more = {name: stack.call("GET", path, key=workspace.reader).json for name, path in facts["more"].items()}
    assert more.keys() == {"messages", "file_changes"}
    assert more["messages"]["messages"] == whole["messages"]
    assert [event["payload"]["path"] for event in more["file_changes"]["events"]] == ["a.py"]


def test_a_value_that_no_answer_could_hold_is_shown_by_its_beginning(stack, workspace):
    huge = "x" * 3_000_000
    trace = workspace.trace(events=[say("user_message", content=huge), say("user_message", content="small")])
    first, second = stack.call("GET", f"{PATHS[0]}/{trace.id}", key=workspace.reader).json["messages"]
    assert (first["truncated"], len(first["content"])) == (True, 500)
    assert (second["content"], "truncated" in second) == ("small", False)


def test_what_a_session_costs(stack, workspace):
    trace = workspace.trace(events=[say("user_message", content="hello")] * 10)
    key = workspace.reader
    with record_calls() as calls:
        assert stack.call("GET", f"{PATHS[1]}/{trace.id}", key=key).status == 200
    *authentication, head, labels, segments = calls.dynamodb
    assert {call.operation for call in authentication} == {"UpdateItem"}
    assert [(call.operation, call.rcu) for call in (head, segments)] == [("GetItem", 1.0), ("Query", 1.0)]
    assert labels.operation == "BatchGetItem"
