"""GET /api/subagents"""

from local.engine import record_calls

PATH = "/api/subagents"


def start(span, **payload):
    return {
        "type": "subagent_start",
        "span_id": span,
        "timestamp": "2026-03-21T10:00:00Z",
        "payload": {"agent_type": "Explore", "description": f"look {span}", **payload},
    }


def stop(span, **payload):
    return {"type": "subagent_stop", "span_id": span, "timestamp": "2026-03-21T10:00:02Z", "payload": payload}


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_another_workspace_sees_nothing(stack, workspace, elsewhere):
    trace = workspace.trace(events=[start("a")])
    assert stack.call("GET", PATH, key=elsewhere.reader).json["subagents"] == []
    assert stack.call("GET", PATH, key=elsewhere.reader, session_id=trace.id).status == 404


def test_agents_with_their_ends(stack, workspace):
    trace = workspace.trace(
        events=[start("a"), start("b"), start("c"), stop("b", status="failed"), stop("a", tokens=9)]
    )
    answer = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, limit=2).json
    first, second = answer["subagents"]
    assert (first["id"], first["session_id"], first["agent_type"], first["description"]) == (
        "a",
        trace.id,
        "Explore",
        "look a",
    )
    assert (first["started_at"], first["ended_at"]) == ("2026-03-21T10:00:00.000Z", "2026-03-21T10:00:02.000Z")
    assert (first["status"], first["duration_ms"], first["tokens"]) == ("completed", 2000, 9)
    assert second["status"] == "failed"
    rest = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, cursor=answer["next_cursor"]).json
    assert [(each["id"], each["status"]) for each in rest["subagents"]] == [("c", "running")]
    assert (rest["total"], rest["offset"], rest["next_cursor"]) == (3, 2, None)


def test_segments_without_agents_are_not_looked_into(stack, workspace):
    trace = workspace.trace(events=[start("a"), stop("a")])
    workspace.append(trace.id, [{"type": "metric", "payload": {"name": "n", "value": 1}}] * 20, size=5)
    key = workspace.reader
    with record_calls() as calls:
        assert len(stack.call("GET", PATH, key=key, session_id=trace.id).json["subagents"]) == 1
    assert [call.operation for call in calls.dynamodb[-2:]] == ["GetItem", "Query"]
