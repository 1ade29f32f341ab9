"""GET /api/traces/{trace_id}/analysis"""

from local.engine import record_calls
from tests.endpoints.failing import denied


def fetched(stack, key, trace_id="trc_1"):
    return stack.call("GET", f"/api/traces/{trace_id}/analysis", key=key)


def test_anonymous(stack, workspace):
    workspace.trace("trc_1")
    assert fetched(stack, None).status == 401


def test_missing_scope(stack, workspace):
    workspace.trace("trc_1")
    assert fetched(stack, workspace.writer).status == 403


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    workspace.trace("trc_1", denied())
    stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer)
    theirs, nobodys = fetched(stack, elsewhere.reader), fetched(stack, elsewhere.reader, "trc_9")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert fetched(stack, workspace.key("traces:read", project="proj_2")).status == 404


def test_null_before_the_first(stack, workspace):
    workspace.trace("trc_1", denied())
    answer = fetched(stack, workspace.reader)
    assert (answer.status, answer.json) == (200, {"analysis": None})


def test_what_was_stored(stack, workspace):
    workspace.trace("trc_1", denied())
    made = stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer).json["analysis"]
    assert fetched(stack, workspace.reader).json == {"analysis": made}


def test_it_says_of_which_record_it_speaks(stack, workspace):
    head = workspace.trace("trc_1", denied())
    stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer)
    workspace.append("trc_1", [{"type": "agent_message", "payload": {"content": "Permission was denied."}}])
    stale = fetched(stack, workspace.reader).json["analysis"]
    assert (stale["head_hash"], stale["event_count"]) == (head.head_hash, 3)
    stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer)
    assert fetched(stack, workspace.reader).json["analysis"]["event_count"] == 4


def test_of_a_deleted_trace(stack, workspace):
    workspace.trace("trc_1", denied())
    stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer)
    stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer)
    assert fetched(stack, workspace.reader).status == 404


def test_what_it_costs(stack, workspace):
    workspace.trace("trc_1", denied())
    fetched(stack, workspace.reader)
    with record_calls() as calls:
        fetched(stack, workspace.reader)
    assert calls.operations == ["UpdateItem", "GetItem", "GetItem"]
