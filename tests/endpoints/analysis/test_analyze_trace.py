"""POST /api/traces/{trace_id}/analyze"""

import pytest

from local.engine import record_calls
from tests.endpoints.failing import denied, fine, refused


def analyzed(stack, key, trace_id="trc_1"):
    return stack.call("POST", f"/api/traces/{trace_id}/analyze", key=key)


def test_anonymous(stack, workspace):
    workspace.trace("trc_1")
    assert analyzed(stack, None).status == 401


def test_missing_scope(stack, workspace):
    workspace.trace("trc_1", denied())
    assert analyzed(stack, workspace.reader).status == 403
    assert not [name for name in workspace.stored() if "INC" in name or "ANALYSIS" in name]


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    workspace.trace("trc_1", denied())
    theirs, nobodys = analyzed(stack, elsewhere.writer), analyzed(stack, elsewhere.writer, "trc_9")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert analyzed(stack, workspace.key("traces:write", project="proj_2")).status == 404


@pytest.mark.parametrize("trace_id", ["x" * 129, "a%2Fb", "%00", "a%23b"])
def test_ids_that_are_none(stack, workspace, trace_id):
    assert analyzed(stack, workspace.writer, trace_id).status == 404


def test_what_went_wrong_and_where(stack, workspace):
    head = workspace.trace("trc_1", denied(), agent="deployer")
    answer = analyzed(stack, workspace.writer)
    assert answer.status == 200
    analysis = answer.json["analysis"]
    assert (analysis["trace_id"], analysis["head_hash"], analysis["event_count"]) == ("trc_1", head.head_hash, 3)
    assert "unhandled_error" in analysis["labels"]
    assert (analysis["critical_step_seq"], analysis["critical_agent"]) == (1, "deployer")
    assert 0 < analysis["confidence"] <= 1
    assert analysis["root_cause"]
    assert analysis["detector_version"]
    for found in analysis["detections"]:
        assert found.keys() == {"label", "confidence", "critical_step_seq", "evidence_refs", "explanation"}
        assert set(found["evidence_refs"]) <= {0, 1, 2}
    (incident,) = answer.json["incidents"]
    assert (incident["session_ids"], incident["count"], incident["status"]) == (["trc_1"], 1, "new")
    assert incident["representative_session_id"] == "trc_1"
    assert analysis["incident_ids"] == [incident["id"]]


def test_a_detector_that_the_settings_switch_off_is_silent(stack, workspace):
    settings = {"analysis": {"disabled_detectors": ["unhandled_error"]}}
    assert stack.call("POST", "/api/config", key=workspace.key("admin"), body=settings).status == 200
    workspace.trace("trc_1", denied())
    answer = analyzed(stack, workspace.writer).json
    assert "unhandled_error" not in answer["analysis"]["labels"]
    assert "unhandled_error" not in [incident["label"] for incident in answer["incidents"]]


def test_the_same_events_give_the_same_answer(stack, workspace):
    workspace.trace("trc_1", denied())
    assert analyzed(stack, workspace.writer).body == analyzed(stack, workspace.writer).body


def test_a_run_that_went_well(stack, workspace):
    workspace.trace("trc_1", fine())
    answer = analyzed(stack, workspace.writer)
    assert (answer.json["analysis"]["labels"], answer.json["incidents"]) == ([], [])
    assert answer.json["analysis"]["critical_step_seq"] is None


def test_a_trace_without_events(stack, workspace):
    workspace.trace("trc_1")
    answer = analyzed(stack, workspace.writer)
    assert (answer.status, answer.json["analysis"]["labels"]) == (200, [])


def test_labels_are_shown_with_the_session(stack, workspace):
    workspace.trace("trc_1", denied())
    workspace.trace("trc_2", fine())
    labels = analyzed(stack, workspace.writer).json["analysis"]["labels"]
    analyzed(stack, workspace.writer, "trc_2")
    for path in ("/api/sessions", "/api/v1/sessions"):
        listed = stack.call("GET", path, key=workspace.reader).json["sessions"]
        assert {each["id"]: each["labels"] for each in listed} == {"trc_1": labels, "trc_2": []}
    assert stack.call("GET", "/api/sessions/trc_1", key=workspace.reader).json["labels"] == labels
    noted = stack.call("PATCH", "/api/sessions/trc_1", key=workspace.writer, body={"notes": "x"})
    assert noted.json["labels"] == labels


def test_fifty_runs_of_one_fault_and_one_of_another(stack, workspace):
    for n in range(50):
        workspace.trace(f"t{n}", denied(n))
        analyzed(stack, workspace.writer, f"t{n}")
    workspace.trace("other", refused())
    analyzed(stack, workspace.writer, "other")
    listed = stack.call("GET", "/api/incidents", key=workspace.reader).json
    assert listed["total"] == 2
    assert sorted(each["count"] for each in listed["incidents"]) == [1, 50]


def test_a_deleted_trace_leaves_its_incidents(stack, workspace):
    for name in ("trc_1", "trc_2"):
        workspace.trace(name, denied())
        incident = analyzed(stack, workspace.writer, name).json["incidents"][0]
    path = f"/api/incidents/{incident['id']}"
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    assert stack.call("GET", path, key=workspace.reader).json["session_ids"] == ["trc_2"]
    assert stack.call("DELETE", "/api/v1/traces/trc_2", key=workspace.writer).status == 204
    assert stack.call("GET", path, key=workspace.reader).status == 404
    assert stack.call("GET", "/api/incidents", key=workspace.reader).json["total"] == 0
    kept = [name for name in workspace.stored() if name.startswith("T#") and "#trc_" in name]
    assert {name.split(" ")[-1] for name in kept} == {"HEAD"}
    assert not [name for name in workspace.stored() if name.startswith("INC#")]


def test_what_it_costs(stack, workspace):
    """Whatever the incident's size: the trace, the analysis, and one transaction for each incident joined."""
    for n in range(3):
        workspace.trace(f"t{n}", denied(n))
        analyzed(stack, workspace.writer, f"t{n}")
    workspace.trace("trc_1", denied(9))
    with record_calls() as calls:
        analyzed(stack, workspace.writer)
    assert calls.operations == [
        "UpdateItem",  # the key
        "GetItem", "GetItem", "Query", "Query",  # HEAD; settings; segments past it; segments
        "PutItem", "GetItem",  # the analysis
        "GetItem", "GetItem", "TransactWriteItems", "Query",  # the incident, the run in it, joining, other incidents
        "GetItem", "GetItem",  # HEAD and analysis once more
    ]  # fmt: skip
    assert calls.wcu <= 30
    with record_calls() as calls:
        analyzed(stack, workspace.writer)
    assert "TransactWriteItems" not in calls.operations


def test_the_goal_that_a_trace_was_created_with_is_held_against_its_events(stack, workspace):
    chosen = {"url": "https://rooms.example/", "selected_values": {"day": "Wednesday"}}
    events = [
        {"type": "browser_action", "payload": {"action": "select", "target": "#day"}},
        {"type": "dom_snapshot", "payload": chosen},
        {"type": "browser_action", "payload": {"action": "click", "target": "#pay-now"}},
    ]
    workspace.trace("trc_1", events, user_goal="Book the room for Tuesday, but stop before payment")
    analysis = analyzed(stack, workspace.writer).json["analysis"]
    assert analysis["labels"] == ["goal_mismatch", "forbidden_action"]
    assert [found["critical_step_seq"] for found in analysis["detections"]] == [0, 2]
