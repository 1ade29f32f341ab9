"""GET /api/v1/traces/{trace_id}"""

import pytest

from tests.factories import llm_call, message


def get(stack, key, trace_id="trc_1", **said):
    return stack.call("GET", f"/api/v1/traces/{trace_id}", key=key, **said)


def test_anonymous(stack):
    assert get(stack, None).status == 401


def test_missing_scope(stack, workspace):
    workspace.trace("trc_1")
    assert get(stack, workspace.writer).status == 403


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    workspace.trace("trc_1")
    theirs, nobodys = get(stack, elsewhere.reader), get(stack, elsewhere.reader, "trc_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]


def test_another_projects_trace_is_not_there(stack, workspace):
    workspace.trace("trc_1", project_id="proj_1")
    assert get(stack, workspace.key(project="proj_2")).status == 404
    assert get(stack, workspace.key(project="proj_1")).status == 200


@pytest.mark.parametrize("trace_id", ["%20", "a%2Fb", "%00", "%ff", "a%23b", "x" * 129, "x" * 5000, "%C3%A9"])
def test_an_id_that_can_be_no_traces_is_404(stack, workspace, trace_id):
    answer = get(stack, workspace.reader, trace_id)
    assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_a_trace_as_sidclaw_shows_it(stack, workspace):
    facts = {
        "agent": "deploy-agent",
        "agent_id": "550e8400",
        "name": "deploy",
        "started_at": "2026-03-21T10:00:00.000Z",
    }
    sent = [
        {"type": "trace_initiated", "payload": {"description": "Agent initiated deploy", "status": "started"}},
        {
            "type": "policy_evaluated",
            "payload": {"policy_version": 3, "status": "allowed"},
            "actor": {"type": "policy_engine", "name": "engine"},
            "metadata": {"rule": "r1"},
        },
        {"type": "session_end", "timestamp": "2026-03-21T10:15:00Z", "payload": {"status": "completed"}},
    ]
    workspace.trace("trc_1", sent, **facts)
    trace = get(stack, workspace.reader).json
    expected: dict[str, object] = {
        "id": "trc_1",
        "agent_id": "550e8400",
        "agent_name": "deploy-agent",
        "authority_model": "self",
        "requested_operation": "deploy",
        "target_integration": "",
        "resource_scope": "",
        "parent_trace_id": None,
        "final_outcome": "executed",
        "started_at": "2026-03-21T10:00:00.000Z",
        "completed_at": "2026-03-21T10:15:00.000Z",
        "duration_ms": 900_000,
        "event_count": 3,
        "has_approval": False,
        "approval_requests": [],
        "truncated": False,
        "events_after_seq": None,
        "spans": [],
    }
    assert {name: trace[name] for name in expected} == expected
    first, second, _ = trace["events"]
    assert (first["event_type"], first["actor_type"], first["description"], first["status"]) == (
        "trace_initiated",
        "system",
        "Agent initiated deploy",
        "started",
    )
    assert (first["policy_version"], first["approval_request_id"], first["metadata"]) == (None, None, None)
    assert (second["policy_version"], second["actor_type"], second["actor_name"]) == (3, "policy_engine", "engine")
    assert second["metadata"] == {"rule": "r1"}
    assert second["integrity_hash"].startswith("sha256:")


def test_a_trace_without_events(stack, workspace):
    workspace.trace("trc_1")
    trace = get(stack, workspace.reader).json
    assert (trace["events"], trace["spans"], trace["event_count"]) == ([], [], 0)
    assert (trace["completed_at"], trace["duration_ms"], trace["final_outcome"]) == (None, None, "in_progress")
    assert (trace["total_tokens"], trace["total_cost"]) == (0, 0)


def test_a_silent_trace_is_stale(stack, workspace):
    workspace.trace("trc_1", [message()])
    assert get(stack, workspace.reader).json["status"] == "running"
    workspace.trace("trc_2")
    assert get(stack, workspace.reader, "trc_2").json["status"] == "stale"


def test_calls_of_which_none_has_a_price_cost_null(stack, workspace):
    workspace.trace("trc_1", [llm_call(model="nobodys", cost_usd=None)])
    trace = get(stack, workspace.reader).json
    assert (trace["total_cost"], trace["unpriced_calls"], trace["total_tokens"]) == (None, 1, 15)


def test_a_long_trace_says_where_to_go_on(stack, workspace):
    workspace.trace("trc_1")
    workspace.append("trc_1", [message(str(n), seq=n * 3) for n in range(1200)])
    trace = get(stack, workspace.reader).json
    assert (len(trace["events"]), trace["truncated"], trace["event_count"]) == (1000, True, 1200)
    rest = stack.call(
        "GET", "/api/traces/trc_1/events", key=workspace.reader, after_seq=trace["events_after_seq"]
    ).json["events"]
    assert [event["index"] for event in trace["events"] + rest] == list(range(1200))


def test_a_trace_of_large_events_is_cut_by_bytes(stack, workspace):
    workspace.trace("trc_1")
    workspace.append("trc_1", [message(str(n) + "x" * 900_000) for n in range(8)], size=2)
    answer = get(stack, workspace.reader)
    assert len(answer.body) < 5_000_000
    assert answer.json["truncated"]
    assert len(answer.json["events"]) == 4


def test_a_title_of_any_length_is_shown_short(stack, workspace):
    workspace.trace("trc_1", [message("why\n" * 5000)])
    assert len(get(stack, workspace.reader).json["name"]) <= 200


def test_errors_are_flat_for_callers_of_the_flat_api(stack, workspace):
    answer = get(stack, None, headers={"x-retrace-key": workspace.reader})
    assert (answer.status, answer.json) == (404, {"error": "trace not found"})
