"""PUT /api/traces/{trace_id}/analysis"""

import pytest

from tests.endpoints.failing import denied, refused

RESULT = {"labels": ["wrong_tone"], "confidence": 0.7, "critical_step_seq": 1, "root_cause": "It was rude."}


@pytest.fixture
def service(workspace):
    return workspace.key("admin", kind="service")


def put(stack, key, trace_id="trc_1", **said):
    return stack.call("PUT", f"/api/traces/{trace_id}/analysis", key=key, body={**RESULT, **said})


def test_anonymous(stack, workspace):
    workspace.trace("trc_1")
    assert put(stack, None).status == 401


@pytest.mark.parametrize("scopes", [("traces:write",), ("admin",), ("incidents:write", "traces:read")])
def test_only_a_service_may(stack, workspace, scopes):
    workspace.trace("trc_1")
    assert put(stack, workspace.key(*scopes)).status == 403
    assert stack.call("GET", "/api/traces/trc_1/analysis", key=workspace.reader).json == {"analysis": None}


def test_another_workspaces_trace_is_not_there(stack, workspace, elsewhere):
    workspace.trace("trc_1")
    theirs = elsewhere.key("admin", kind="service")
    assert put(stack, theirs).status == put(stack, theirs, "trc_9").status == 404


def test_it_is_stored(stack, workspace, service):
    head = workspace.trace("trc_1", denied())
    detection = {"label": "wrong_tone", "confidence": 0.7, "critical_step_seq": 1, "evidence_refs": [1, 2]}
    answer = put(stack, service, detections=[detection], evidence={"judge": "m"}, detector_version="judge-3")
    assert answer.status == 200
    stored = stack.call("GET", "/api/traces/trc_1/analysis", key=workspace.reader).json["analysis"]
    assert stored == answer.json["analysis"]
    assert (stored["labels"], stored["root_cause"], stored["source"]) == (["wrong_tone"], "It was rude.", "service")
    assert stored["detections"] == [{**detection, "explanation": ""}]
    assert (stored["evidence"], stored["head_hash"]) == ({"judge": "m"}, head.head_hash)
    (session,) = stack.call("GET", "/api/sessions", key=workspace.reader).json["sessions"]
    assert session["labels"] == ["wrong_tone"]


def test_what_get_shows_can_be_put(stack, workspace, service):
    workspace.trace("trc_1", denied())
    made = stack.call("POST", "/api/traces/trc_1/analyze", key=workspace.writer).json
    shown = stack.call("GET", "/api/traces/trc_1/analysis", key=workspace.reader).json
    answer = stack.call("PUT", "/api/traces/trc_1/analysis", key=service, body=shown)
    assert answer.status == 200
    assert answer.json["analysis"] == {**made["analysis"], "source": "service"}
    assert [each["id"] for each in answer.json["incidents"]] == [each["id"] for each in made["incidents"]]


def test_it_is_linked_to_incidents(stack, workspace, service):
    workspace.trace("trc_1", denied())
    workspace.trace("trc_2", refused())
    other = stack.call("POST", "/api/traces/trc_2/analyze", key=workspace.writer).json["incidents"][0]
    answer = put(stack, service, incident_ids=[other["id"]])
    assert [each["id"] for each in answer.json["incidents"]] == [other["id"]]
    assert answer.json["incidents"][0]["session_ids"] == ["trc_1", "trc_2"]
    assert answer.json["incidents"][0]["count"] == 2
    assert put(stack, service, incident_ids=[]).json["incidents"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"labels": "x"}, "labels"),
        ({"labels": ["not a label"]}, "labels.0"),
        ({"confidence": 2}, "confidence"),
        ({"critical_step_seq": -1}, "critical_step_seq"),
        ({"critical_step_seq": 99}, "critical_step_seq"),
        ({"incident_ids": ["inc_9"]}, "incident_ids.0"),
        ({"detections": [{"label": "x"}]}, "detections.0.confidence"),
    ],
)
def test_what_does_not_fit_is_named(stack, workspace, service, wrong, field):
    workspace.trace("trc_1", denied())
    answer = put(stack, service, **wrong)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert field in answer.error["message"]
    assert stack.call("GET", "/api/traces/trc_1/analysis", key=workspace.reader).json == {"analysis": None}


def test_a_result_may_come_before_the_record(stack, workspace, service):
    workspace.trace("trc_1")
    assert put(stack, service, critical_step_seq=99).json["analysis"]["critical_step_seq"] == 99


def test_of_a_record_that_has_gone_on(stack, workspace, service):
    head = workspace.trace("trc_1", denied())
    workspace.append("trc_1", [{"type": "agent_message", "payload": {"content": "…"}}])
    assert put(stack, service, head_hash=head.head_hash).status == 409
