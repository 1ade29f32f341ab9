"""GET /api/messages"""

import random
from functools import partial

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages

PATH = "/api/messages"


def user(text):
    return {"type": "user_message", "payload": {"content": text}}


def agent(text):
    return {"type": "agent_message", "payload": {"content": text}}


def contents(answer):
    return [each["content"] for each in answer.json["messages"]]


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_another_workspace_sees_nothing(stack, workspace, elsewhere):
    trace = workspace.trace(events=[user("secret")])
    assert stack.call("GET", PATH, key=elsewhere.reader).json["messages"] == []
    assert stack.call("GET", PATH, key=elsewhere.reader, session_id=trace.id).status == 404


def test_a_filter_never_broadens(stack, workspace):
    mine = workspace.trace(events=[user("mine")], project_id="proj_1")
    theirs = workspace.trace(events=[user("theirs")], project_id="proj_2")
    key = workspace.key("traces:read", project="proj_1")
    assert contents(stack.call("GET", PATH, key=key)) == ["mine"]
    assert stack.call("GET", PATH, key=key, session_id=theirs.id).status == 404
    assert stack.call("GET", PATH, key=key, project_id="proj_2").status == 404
    assert stack.call("GET", PATH, key=workspace.reader, project_id="proj_2", session_id=mine.id).status == 404


def test_of_one_session(stack, workspace):
    trace = workspace.trace(events=[user("a"), agent("b"), user("c")])
    answer = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id)
    assert contents(answer) == ["a", "b", "c"]
    assert answer.json.keys() == {"messages", "total", "limit", "offset", "next_cursor", "total_exact"}
    assert (answer.json["total"], answer.json["limit"], answer.json["next_cursor"]) == (3, 50, None)
    only = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, type="user")
    assert (contents(only), only.json["total"]) == (["a", "c"], 2)
    second = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, limit=1, offset=1)
    assert (contents(second), second.json["total"], second.json["offset"]) == (["b"], 3, 1)


def test_across_sessions_newest_first(stack, workspace):
    for day in (20, 22, 21):
        trace = workspace.trace(started_at=f"2026-03-{day}T10:00:00.000Z")
        workspace.append(trace.id, [user(f"{day} {number}") for number in range(3)], size=2)
    workspace.trace(events=[agent("no user")], started_at="2026-03-23T10:00:00.000Z")
    expected = [f"{day} {number}" for day in (22, 21, 20) for number in range(3)]
    everything = stack.call("GET", PATH, key=workspace.reader, type="user")
    assert (contents(everything), everything.json["total"], everything.json["next_cursor"]) == (expected, 9, None)
    assert contents(stack.call("GET", PATH, key=workspace.reader, type="user", offset=4, limit=3)) == expected[4:7]
    for limit in (1, 2, 4, 9):
        fetch = partial(stack.call, "GET", PATH, key=workspace.reader, type="user", limit=limit)
        walked = pages(lambda at, fetch=fetch: fetch(cursor=at), "messages")  # type: ignore[misc]
        assert [each["content"] for each in walked] == expected


@pytest.mark.parametrize(
    "query",
    [{"type": "system"}, {"limit": 0}, {"limit": 1001}, {"offset": 10_001}, {"cursor": "x"}, {"project_id": "#"}],
)
def test_a_bad_parameter_is_named(stack, workspace, query):
    answer = stack.call("GET", PATH, key=workspace.reader, **query)
    assert (answer.status, answer.error["details"][0]["field"]) == (422, next(iter(query)))


def test_a_cursor_belongs_to_its_list(stack, workspace):
    trace = workspace.trace(events=[user("a"), user("b")])
    cursor = stack.call("GET", PATH, key=workspace.reader, session_id=trace.id, limit=1).json["next_cursor"]
    for path, query in ((PATH, {}), (PATH, {"session_id": trace.id, "type": "user"}), ("/api/subagents", {})):
        assert stack.call("GET", path, key=workspace.reader, cursor=cursor, **query).status == 422


def test_sessions_without_messages_are_not_read(stack, workspace):
    for _ in range(20):
        workspace.trace(events=[{"type": "metric", "payload": {"name": "n", "value": 1}}])
    workspace.trace(events=[user("a")], started_at="2026-03-01T10:00:00.000Z")
    key = workspace.reader
    with record_calls() as calls:
        assert contents(stack.call("GET", PATH, key=key)) == ["a"]
    *authentication, index, heads, segments = calls.dynamodb
    assert {call.operation for call in authentication} == {"UpdateItem"}
    assert [call.operation for call in (index, heads, segments)] == ["Query", "BatchGetItem", "Query"]
    assert calls.rcu <= 13


def test_a_page_of_a_long_session_costs_little(stack, workspace):
    trace = workspace.trace()
    workspace.append(trace.id, [user(f"{number} {random.randbytes(1500).hex()}") for number in range(300)], size=3)
    key = workspace.reader
    first = stack.call("GET", PATH, key=key, session_id=trace.id, limit=10).json
    with record_calls() as calls:
        second = stack.call("GET", PATH, key=key, session_id=trace.id, limit=10, cursor=first["next_cursor"])
    assert [each["index"] for each in second.json["messages"]] == list(range(10, 20))
    # HEAD, the segment that the cursor points into, and eight of the hundred segments.
    assert [call.operation for call in calls.dynamodb[-3:]] == ["GetItem", "Query", "Query"]
    assert calls.rcu <= 20
