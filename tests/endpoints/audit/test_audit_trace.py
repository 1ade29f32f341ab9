"""The audit trace by the API: who did what is readable and verifiable, in no list, and nobody's to write."""

import json
from base64 import b64encode

import pytest

from tests.endpoints.tokens import token
from wakeline.domain.audit import AUDIT_TRACE_ID

PATH = f"/api/v1/traces/{AUDIT_TRACE_ID}"


@pytest.fixture
def admin(workspace):
    return workspace.key("admin")


def noted(stack, key):
    answer = stack.call("GET", PATH, key=key)
    assert answer.status == 200, answer.body
    return answer.json["events"]


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_each_workspace_has_its_own(stack, workspace, elsewhere):
    stack.call("POST", "/api/v1/api-keys", key=workspace.key("admin"), body={"name": "mine"})
    assert stack.call("GET", PATH, key=elsewhere.reader).status == 404


def test_a_project_key_does_not_see_it(stack, workspace, admin):
    stack.call("POST", "/api/v1/api-keys", key=admin, body={})
    assert stack.call("GET", PATH, key=workspace.key(project="proj_1")).status == 404


def test_keys_sessions_and_deletions_are_noted(stack, workspace, admin):
    workspace.trace("trc_1")
    person = token(workspace, sub="ann")
    made = stack.call("POST", "/api/v1/api-keys", key=person, body={"name": "ci", "scopes": ["traces:read"]}).json
    assert (
        stack.call("PATCH", "/api/sessions/trc_1", key=admin, body={"notes": "private words", "tags": ["a"]}).status
        == 200
    )
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=admin).status == 204
    assert stack.call("DELETE", "/api/v1/api-keys", key=admin, id=made["id"]).status == 204
    events = noted(stack, admin)
    assert [(event["payload"]["action"], event["payload"]["resource_id"]) for event in events] == [
        ("api_key.created", made["id"]),
        ("session.updated", "trc_1"),
        ("trace.deleted", "trc_1"),
        ("api_key.revoked", made["id"]),
    ]
    assert events[0]["actor_type"] == "user"
    assert events[0]["actor_name"] == "user:ann"
    assert events[0]["event_type"] == "audit"
    assert events[0]["description"] == f"user:ann recorded api_key.created {made['id']}"
    text = json.dumps(events)
    assert made["key"] not in text
    assert "private words" not in text
    verified = stack.call("GET", f"{PATH}/verify", key=admin).json
    assert (verified["valid"], verified["event_count"]) == (True, 4)


def test_what_is_refused_or_changes_nothing_is_not_noted(stack, workspace, admin):
    workspace.trace("trc_1")
    assert stack.call("PATCH", "/api/sessions/trc_1", key=admin, body={}).status == 200
    assert stack.call("PATCH", "/api/sessions/trc_no", key=admin, body={"notes": "x"}).status == 404
    assert stack.call("DELETE", "/api/v1/traces/trc_no", key=admin).status == 404
    assert stack.call("POST", "/api/v1/api-keys", key=admin, body={"scopes": ["no"]}).status == 400
    assert stack.call("GET", PATH, key=admin).status == 404


def test_it_is_in_no_list_and_in_no_count(stack, workspace, admin):
    stack.call("POST", "/api/v1/api-keys", key=admin, body={})
    assert stack.call("GET", "/api/v1/traces", key=admin).json["pagination"]["total"] == 0
    assert stack.call("GET", "/api/sessions", key=admin).json["sessions"] == []


def test_nobody_writes_it(stack, workspace, admin):
    forged = {"type": "audit", "payload": {"action": "nothing.happened"}}
    assert stack.call("POST", "/api/traces", key=admin, body={"id": AUDIT_TRACE_ID}).status == 422
    assert stack.call("POST", "/api/v1/traces", key=admin, body={"id": AUDIT_TRACE_ID, "spans": []}).status == 400
    line = b'{"type":"user","uuid":"u1","message":{"role":"user","content":"x"}}\n'
    push = {"sessions": [{"id": AUDIT_TRACE_ID, "data": b64encode(line).decode()}]}
    assert stack.call("POST", "/api/v1/traces", key=admin, body=push).json["accepted"] == 0
    assert stack.call("GET", PATH, key=admin).status == 404

    stack.call("POST", "/api/v1/api-keys", key=admin, body={})
    before = noted(stack, admin)
    assert stack.call("POST", f"/api/traces/{AUDIT_TRACE_ID}/events", key=admin, body=forged).status == 409
    assert (
        stack.call("POST", f"/api/traces/{AUDIT_TRACE_ID}/events", key=admin, body={"events": [forged]}).status == 409
    )
    assert stack.call("POST", f"{PATH}/outcome", key=admin, body={"status": "success"}).status == 409
    assert stack.call("PATCH", f"/api/sessions/{AUDIT_TRACE_ID}", key=admin, body={"notes": "x"}).status == 409
    assert stack.call("DELETE", PATH, key=admin).status == 409
    assert stack.call("PATCH", PATH, key=admin, body={"erase": {}}).status == 409
    assert stack.call("POST", "/api/v1/traces", key=admin, body=push).json["accepted"] == 0
    hook = {"session_id": AUDIT_TRACE_ID, "hook_event_name": "Stop"}
    assert stack.call("POST", "/api/hooks/claude-code", key=admin, body=hook).status == 409
    artifact = {
        "filename": "a.txt",
        "content_type": "text/plain",
        "artifact_type": "log",
        "content": "YQ==",
        "size_bytes": 1,
    }
    assert (
        stack.call(
            "POST", f"/api/traces/{AUDIT_TRACE_ID}/artifacts", key=admin, body=artifact | {"size_bytes": 1}
        ).status
        == 409
    )
    assert noted(stack, admin) == before
