"""GET /api/tool-calls"""

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages

PATH = "/api/tool-calls"


def call(span, name="Bash", **payload):
    return {"type": "tool_call", "span_id": span, "payload": {"tool_name": name, "arguments": {"n": span}, **payload}}


def result(span, **payload):
    return {"type": "tool_result", "span_id": span, "payload": payload}


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_another_workspace_sees_nothing(stack, workspace, elsewhere):
    trace = workspace.trace(events=[call("a")])
    assert stack.call("GET", PATH, key=elsewhere.reader).json["tool_calls"] == []
    assert stack.call("GET", PATH, key=elsewhere.reader, session_id=trace.id).status == 404


def test_calls_with_their_results(stack, workspace):
    events = [
        call("a"),
        call("b", "Read"),
        result("b", error="no such file"),
        result("a", result={"ok": 1}, duration_ms=5),
    ]
    trace = workspace.trace(events=[*events, call("c")])
    answer = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id).json
    first, second, third = answer["tool_calls"]
    assert (first["id"], first["tool_input"], first["tool_response"]) == ("a", {"n": "a"}, {"ok": 1})
    assert (first["success"], first["error"], first["duration_ms"]) == (True, None, 5)
    assert (second["success"], second["error"]) == (False, "no such file")
    assert (third["success"], third["tool_response"], third["duration_ms"]) == (None, None, None)
    assert (answer["total"], answer["total_exact"]) == (3, True)
    only = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, tool_name="Read").json
    assert ([each["id"] for each in only["tool_calls"]], only["total"]) == (["b"], 1)
    none = stack.call("GET", PATH, key=workspace.reader, tool_name="Grep").json
    assert (none["tool_calls"], none["total"]) == ([], 0)


def test_a_result_behind_the_page_and_in_another_segment_is_found(stack, workspace):
    trace = workspace.trace()
    events = [
        call("a"),
        call("b"),
        call("c"),
        result("a", result="A"),
        result("b", result="B"),
        result("c", result="C"),
    ]
    workspace.append(trace.id, events, size=1)
    walked = pages(
        lambda at: stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, limit=1, cursor=at), "tool_calls"
    )
    assert [each["tool_response"] for each in walked] == ["A", "B", "C"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"cursor": "x"}])
def test_a_bad_parameter_is_named(stack, workspace, query):
    answer = stack.call("GET", PATH, key=workspace.reader, **query)
    assert (answer.status, answer.error["details"][0]["field"]) == (422, next(iter(query)))


def test_a_later_page_begins_where_the_last_one_ended(stack, workspace):
    trace = workspace.trace()
    workspace.append(trace.id, [call(f"s{number}") for number in range(40)], size=4)
    key = workspace.reader
    first = stack.call("GET", PATH, key=key, session_id=trace.id, limit=30).json
    with record_calls() as calls:
        stack.call("GET", PATH, key=key, session_id=trace.id, limit=5, cursor=first["next_cursor"])
    # HEAD, the segment that the cursor points into, and what follows it.
    assert [each.operation for each in calls.dynamodb[-3:]] == ["GetItem", "Query", "Query"]
    assert [each.rcu for each in calls.dynamodb[-3:]] == [1.0, 1.0, 1.0]
