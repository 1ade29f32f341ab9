"""GET /api/sessions/{session_id}/timeline"""

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages


def at(second: int, kind: str, **payload):
    return {"type": kind, "timestamp": f"2026-03-21T10:00:{second:02d}Z", "payload": payload}


EVENTS = [
    at(1, "user_message", content="Refactor " + "x" * 200),
    at(2, "llm_call", model="m", input_tokens=7, output_tokens=3),
    at(2, "agent_message", content="on it", model="m"),
    at(3, "tool_call", tool_name="Bash", arguments={}) | {"span_id": "s"},
    at(4, "tool_result", result="no", error="exit 1") | {"span_id": "s"},
    at(5, "subagent_start", agent_type="Explore", description="look"),
    at(6, "compaction", trigger="auto", pre_tokens=900, post_tokens=90, duration_ms=40),
    at(9, "session_end", status="completed"),
]


def path(trace):
    return f"/api/sessions/{trace.id}/timeline"


def test_anonymous(stack):
    assert stack.call("GET", "/api/sessions/trc_1/timeline").status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", path(workspace.trace()), key=workspace.writer).status == 403


def test_another_workspaces_session_is_not_there(stack, workspace, elsewhere):
    assert stack.call("GET", path(workspace.trace()), key=elsewhere.reader).status == 404


def test_what_happened_in_order(stack, workspace):
    timeline = stack.call("GET", path(workspace.trace(events=EVENTS)), key=workspace.reader).json
    assert (timeline["duration_seconds"], timeline["total_tokens"], timeline["next_cursor"]) == (9.0, 10, None)
    said, answered, call, agent, compaction = timeline["events"]
    assert (said["type"], said["index"], len(said["preview"]), said["tokens"]) == ("user_message", 0, 100, None)
    assert (answered["type"], answered["preview"], answered["model"]) == ("assistant_message", "on it", "m")
    assert answered["tokens"] == 10
    told = {"type": "tool_call", "tool": "Bash", "duration_ms": 1000, "success": False, "error": "exit 1"}
    assert call | told == call
    assert agent | {"type": "agent_spawn", "agent_type": "Explore", "description": "look"} == agent
    told = {"pre_tokens": 900, "post_tokens": 90, "trigger_reason": "auto", "duration_ms": 40, "type": "compaction"}
    assert compaction | told == compaction
    assert compaction["timestamp"] == "2026-03-21T10:00:06.000Z"


def test_page_by_page(stack, workspace):
    trace = workspace.trace()
    workspace.append(trace.id, EVENTS, size=2)
    whole = stack.call("GET", path(trace), key=workspace.reader).json["events"]
    walked = pages(
        lambda cursor: stack.call("GET", path(trace), key=workspace.reader, limit=2, cursor=cursor), "events"
    )
    assert walked == whole


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"cursor": "x"}])
def test_a_bad_parameter_is_named(stack, workspace, query):
    answer = stack.call("GET", path(workspace.trace()), key=workspace.reader, **query)
    assert (answer.status, answer.error["details"][0]["field"]) == (422, next(iter(query)))


def test_what_it_costs(stack, workspace):
    trace = workspace.trace(events=EVENTS)
    key = workspace.reader
    with record_calls() as calls:
        stack.call("GET", path(trace), key=key)
    assert [(call.operation, call.rcu) for call in calls.dynamodb[-2:]] == [("GetItem", 1.0), ("Query", 1.0)]
