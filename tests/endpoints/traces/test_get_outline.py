"""GET /api/traces/{trace_id}/outline"""

import pytest

from local.engine import record_calls
from tests.endpoints.stack import within_a_minute
from tests.factories import llm_call, message, tool_call

SHOWN = {"index", "seq", "id", "type", "timestamp", "span_id", "parent_id", "payload", "metadata"}


def outline(stack, workspace, trace_id="trc_1", key=None, **query):
    return stack.call("GET", f"/api/traces/{trace_id}/outline", key=key or workspace.reader, **query)


@pytest.fixture
def trace(workspace):
    """Twelve events in segments of five, seq 0, 10, … 110."""
    trace = workspace.trace("trc_1")
    workspace.append(trace.id, [message(str(n), seq=n * 10) for n in range(12)], size=5)
    return trace


def test_anonymous(stack, trace):
    assert stack.call("GET", "/api/traces/trc_1/outline").status == 401


def test_missing_scope(stack, workspace, trace):
    assert outline(stack, workspace, key=workspace.writer).status == 403


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere, trace):
    theirs = outline(stack, elsewhere)
    nobodys = outline(stack, elsewhere, "trc_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]


def test_another_projects_trace_is_not_there(stack, workspace, trace):
    assert outline(stack, workspace, key=workspace.key(project="proj_2")).status == 404
    assert outline(stack, workspace, key=workspace.key(project="proj_1")).status == 200


def test_it_names_and_measures_and_leaves_the_rest_out(stack, workspace):
    long = "x" * 5_000
    call = tool_call("Edit", span_id="s1", parent_id="s0", metadata={"agent_id": "a7", "cwd": "/src"})
    call["payload"] |= {"arguments": {"new_string": long}, "error": {"message": long, "code": 1}}
    model = llm_call(latency_ms=12.5, output=long)
    said = {"type": "error", "payload": {"message": long, "error": long}}
    workspace.trace("trc_1", events=[call, model, said])
    events = outline(stack, workspace).json["events"]
    assert [event.keys() for event in events] == [SHOWN] * 3
    first, second, third = events
    assert (first["index"], first["type"], first["span_id"], first["parent_id"]) == (0, "tool_call", "s1", "s0")
    assert first["payload"] == {"tool_name": "Edit", "call_id": "call_1", "error": 2}
    assert first["metadata"] == {"agent_id": "a7"}
    assert second["payload"] == {"model": "claude-opus-4-5", "latency_ms": 12.5}
    assert third["payload"] == {"error": long[:120]}


def test_what_it_shows_is_what_the_events_are(stack, workspace, trace):
    whole = stack.call("GET", "/api/traces/trc_1/events", key=workspace.reader).json["events"]
    for short, event in zip(outline(stack, workspace).json["events"], whole, strict=True):
        same = SHOWN - {"payload", "metadata"}
        assert {name: short[name] for name in same} == {name: event[name] for name in same}


def test_an_erased_payload_is_null(stack, workspace, trace):
    whole = stack.call("GET", "/api/traces/trc_1/events", key=workspace.reader).json["events"]
    body = {"erase": {"event_ids": [whole[3]["id"]]}, "reason": "asked to"}
    assert stack.call("PATCH", "/api/v1/traces/trc_1", key=workspace.key("admin"), body=body).status == 200
    events = outline(stack, workspace).json["events"]
    assert [event["index"] for event in events if event["payload"] is None] == [3]


def test_an_empty_trace(stack, workspace):
    workspace.trace("trc_0")
    assert outline(stack, workspace, "trc_0").json == {"events": [], "next_index": None}
    assert outline(stack, workspace, "trc_0", from_index=7).json == {"events": [], "next_index": None}


@pytest.mark.parametrize("start", [0, 1, 4, 5, 11, 12, 10**9])
def test_it_begins_anywhere(stack, workspace, trace, start):
    events = outline(stack, workspace, from_index=start).json["events"]
    assert [event["index"] for event in events] == list(range(start, 12))


@pytest.mark.parametrize("limit", [1, 3, 5, 12])
def test_parts_make_the_whole(stack, workspace, trace, limit):
    met: list[int] = []
    start: int | None = 0
    while start is not None:
        part = outline(stack, workspace, from_index=start, limit=limit).json
        assert len(part["events"]) <= limit
        met += [event["index"] for event in part["events"]]
        start = part["next_index"]
    assert met == list(range(12))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"from_index": -1}, "from_index"),
        ({"from_index": 1.5}, "from_index"),
    ],
)
def test_what_does_not_fit_is_named(stack, workspace, trace, query, field):
    answer = outline(stack, workspace, **query)
    assert (answer.status, answer.error["details"][0]["field"]) == (422, field)


def test_what_it_costs(stack, workspace):
    trace = workspace.trace("trc_1")
    workspace.append(trace.id, [message(str(n)) for n in range(2_000)])
    within_a_minute()
    outline(stack, workspace)
    with record_calls() as calls:
        assert len(outline(stack, workspace).json["events"]) == 2_000
    assert calls.operations == ["UpdateItem", "GetItem", "Query"]
    assert calls.rcu <= 60
    with record_calls() as calls:
        assert len(outline(stack, workspace, from_index=1_400, limit=50).json["events"]) == 50
    # The segment that holds the index, then on from it.
    assert calls.operations == ["UpdateItem", "GetItem", "Query"]
