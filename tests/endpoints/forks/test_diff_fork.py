"""GET /api/v1/forks/{fork_id}/diff"""

from tests.endpoints.forks.world import PATH, ask, fork, record, work

CHEAP = {"kind": "tool_output", "span_id": "s2", "value": {"price": 90}}


def replayed(stack, workspace, *changes):
    record(stack, workspace)
    made = fork(stack, workspace)
    assert ask(stack, workspace, made["id"], substitutions=list(changes)).status == 202
    work(stack, workspace, made["id"])
    return made


def diff(stack, workspace, made, **query):
    return stack.call("GET", f"{PATH}/{made['id']}/diff", key=workspace.reader, **query)


def test_anonymous(stack):
    assert stack.call("GET", f"{PATH}/frk_1/diff").status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", f"{PATH}/frk_1/diff", key=workspace.writer).status == 403


def test_another_workspaces_fork_is_not_there(stack, workspace, elsewhere):
    made = replayed(stack, workspace)
    answer = stack.call("GET", f"{PATH}/{made['id']}/diff", key=elsewhere.reader)
    assert (answer.status, answer.error["message"]) == (404, "fork not found")


def test_nothing_changed(stack, workspace):
    made = replayed(stack, workspace)
    found = diff(stack, workspace, made).json
    assert found["identical"] is True
    assert found["first_divergence"] is None
    assert found["verdict"] == "unchanged"
    assert [step["change"] for step in found["steps"]] == ["same"] * 4
    assert (found["original_trace_id"], found["fork_trace_id"]) == ("trc_1", made["fork_trace_id"])
    assert found["totals"]["delta"] == {"steps": 0, "tokens": 0, "cost_usd": None, "duration_ms": 0, "errors": 0}


def test_where_they_part(stack, workspace):
    found = diff(stack, workspace, replayed(stack, workspace, CHEAP)).json
    assert found["identical"] is False
    assert found["first_divergence"] == {
        "position": 1,
        "span_id": "s2",
        "change": "changed",
        "kind": "tool_call",
        "name": "search",
        "fields": ["result.price"],
    }
    assert [step["change"] for step in found["steps"]] == ["same", "changed", "changed", "same"]
    answer = found["steps"][2]
    assert answer["fields"] == ["input.0.content", "output", "unrecorded"]
    assert (answer["original"]["output"], answer["fork"]["output"]) == ("220 EUR", None)
    assert answer["fork"]["unrecorded"] is True
    assert found["verdict"] == "inconclusive"


def test_in_parts(stack, workspace):
    made = replayed(stack, workspace)
    first = diff(stack, workspace, made, limit=3).json
    assert ([step["position"] for step in first["steps"]], first["steps_total"]) == ([0, 1, 2], 4)
    assert first["next_offset"] == 3
    last = diff(stack, workspace, made, limit=3, offset=3).json
    assert ([step["position"] for step in last["steps"]], last["next_offset"]) == ([3], None)
    assert diff(stack, workspace, made, limit=0).status == 400


def test_before_it_was_replayed(stack, workspace):
    record(stack, workspace)
    made = fork(stack, workspace)
    answer = diff(stack, workspace, made)
    assert (answer.status, answer.error["code"]) == (409, "conflict")
    assert "not replayed yet" in answer.error["message"]
