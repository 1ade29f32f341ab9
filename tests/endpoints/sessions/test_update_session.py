"""PATCH /api/sessions/{session_id}"""

import pytest

from local.engine import record_calls
from wakeline import wiring
from wakeline.domain.trace import seal_of

PATH = "/api/sessions"


def test_anonymous(stack):
    assert stack.call("PATCH", f"{PATH}/trc_1", body={}).status == 401


def test_missing_scope(stack, workspace):
    trace = workspace.trace()
    assert stack.call("PATCH", f"{PATH}/{trace.id}", key=workspace.reader, body={"notes": "x"}).status == 403


def test_another_workspaces_session_is_not_there(stack, workspace, elsewhere):
    trace = workspace.trace()
    assert stack.call("PATCH", f"{PATH}/{trace.id}", key=elsewhere.writer, body={"notes": "x"}).status == 404
    assert wiring.ledger().head(workspace.id, trace.id) == trace


def test_a_deleted_session_is_not_there(stack, workspace):
    trace = workspace.trace()
    assert stack.call("DELETE", f"/api/v1/traces/{trace.id}", key=workspace.writer).status == 204
    assert stack.call("PATCH", f"{PATH}/{trace.id}", key=workspace.writer, body={"notes": "x"}).status == 404


def test_notes_and_tags(stack, workspace):
    trace = workspace.trace(events=[{"type": "user_message", "payload": {"content": "hello"}}])
    path = f"{PATH}/{trace.id}"
    answer = stack.call("PATCH", path, key=workspace.writer, body={"notes": "Two\nlines", "tags": ["b", "a", "b"]})
    assert (answer.status, answer.json["id"]) == (200, trace.id)
    assert (answer.json["notes"], answer.json["tags"]) == ("Two\nlines", ["b", "a"])
    spaced = stack.call("PATCH", path, key=workspace.writer, body={"tags": [" b ", "b", "a b\t"]}).json
    assert spaced["tags"] == ["b", "a b"]
    kept = stack.call("PATCH", path, key=workspace.writer, body={"tags": []}).json
    assert (kept["notes"], kept["tags"]) == ("Two\nlines", [])
    cleared = stack.call("PATCH", path, key=workspace.writer, body={"notes": None}).json
    assert (cleared["notes"], cleared["message_count"]) == (None, 1)
    assert stack.call("PATCH", path, key=workspace.writer, body={}).json == cleared


def test_the_trace_still_verifies(stack, workspace):
    trace = workspace.trace(events=[{"type": "user_message", "payload": {"content": "hello"}}])
    stack.call("PATCH", f"{PATH}/{trace.id}", key=workspace.writer, body={"notes": "seen", "tags": ["a"]})
    head = wiring.ledger().head(workspace.id, trace.id)
    assert head is not None
    assert head.seal == seal_of(head)
    assert stack.call("GET", f"/api/v1/traces/{trace.id}/verify", key=workspace.reader).json["valid"]
    tagged = stack.call("GET", PATH, key=workspace.reader, tag="a").json
    assert [each["id"] for each in tagged["sessions"]] == [trace.id]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"note": "x"}, "note"),
        ({"notes": 1}, "notes"),
        ({"notes": "x" * 20_001}, "notes"),
        ({"tags": "a"}, "tags"),
        ({"tags": None}, "tags"),
        ({"tags": ["a", 1]}, "tags.1"),
        ({"tags": [""]}, "tags.0"),
        ({"tags": [" "]}, "tags.0"),
        ({"tags": ["a\nb"]}, "tags.0"),
        ({"tags": ["x" * 129]}, "tags.0"),
        ({"tags": [str(number) for number in range(51)]}, "tags"),
    ],
)
def test_a_bad_field_is_named(stack, workspace, body, field):
    trace = workspace.trace()
    answer = stack.call("PATCH", f"{PATH}/{trace.id}", key=workspace.writer, body=body)
    assert (answer.status, answer.error["code"], answer.error["details"][0]["field"]) == (
        422,
        "validation_error",
        field,
    )


def test_what_a_change_costs(stack, workspace):
    trace = workspace.trace()
    key = workspace.writer
    assert stack.call("PATCH", f"{PATH}/{trace.id}", key=key, body={"tags": ["begins the audit trace"]}).status == 200
    with record_calls() as calls:
        assert stack.call("PATCH", f"{PATH}/{trace.id}", key=key, body={"notes": "x"}).status == 200
    *authentication, read, _audit_head, _note, _audit_moved, write, labels = calls.dynamodb
    assert {call.operation for call in authentication} == {"UpdateItem"}
    # HEAD fits into 1 KB; the entries of the indexes stay as they are, as it changed within this hour before.
    assert (read.operation, read.rcu, write.operation) == ("GetItem", 1.0, "PutItem")
    assert write.wcu in (1.0, 3.0)  # three where the hour ended in between
    assert labels.operation == "BatchGetItem"
