"""POST /api/traces"""

import gzip
import json
from typing import Any

import pytest

from tests.endpoints.bad_bodies import UNREADABLE

PATH = "/api/traces"


def create(stack, key, body=None, **said):
    return stack.call("POST", PATH, key=key, body={} if body is None else body, **said)


def test_anonymous(stack):
    assert create(stack, None).status == 401


def test_missing_scope(stack, workspace):
    assert create(stack, workspace.reader).status == 403
    assert workspace.stored() == {}


def test_an_id_of_another_workspace_is_free_here(stack, workspace, elsewhere):
    for each in (workspace, elsewhere):
        assert create(stack, each.writer, {"id": "trc_same", "name": each.id}).status == 201
    for each in (workspace, elsewhere):
        assert stack.call("GET", "/api/v1/traces/trc_same", key=each.reader).json["name"] == each.id


def test_all_that_can_be_said_of_a_trace(stack, workspace):
    said = {
        "id": "trc_1",
        "name": "Book a flight",
        "user_goal": "Two seats to Lisbon",
        "agent": "booker",
        "agent_id": "agent-7",
        "environment": "staging",
        "source": "sdk",
        "tags": ["travel", "pilot"],
        "metadata": {"build": 7, "nested": {"a": [1.5, None, "ü"]}},
        "repo": "acme/travel",
        "author": "alice",
        "branch": "main",
        "cwd": "/work",
        "tool": "wakeline-sdk",
        "model": "claude-opus-4-5",
        "started_at": "2026-03-21T10:00:00+02:00",
        "parent_trace_id": "trc_nowhere",
    }
    answer = create(stack, workspace.writer, said)
    assert answer.status == 201
    assert answer.json.keys() == {"trace"}
    trace = answer.json["trace"]
    expected = said | {"started_at": "2026-03-21T08:00:00.000Z"}
    assert {name: trace[name] for name in said} == expected
    assert (trace["event_count"], trace["status"], trace["project_id"]) == (0, "running", "default")
    read = stack.call("GET", "/api/v1/traces/trc_1", key=workspace.reader).json
    assert {name: read[name] for name in trace} == trace


@pytest.mark.parametrize("body", [b"", {}])
def test_nothing_needs_to_be_said(stack, workspace, body):
    trace = create(stack, workspace.writer, body).json["trace"]
    assert trace["id"].startswith("trc_")
    assert stack.call("GET", f"/api/v1/traces/{trace['id']}/verify", key=workspace.reader).json["valid"]


def test_the_same_request_again_is_the_trace_that_is_there(stack, workspace):
    said = {"id": "trc_1", "name": "one"}
    first = create(stack, workspace.writer, said)
    held = workspace.stored()
    again = create(stack, workspace.writer, {"name": "one", "id": "trc_1"})
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert workspace.stored() == held


def test_the_same_id_with_another_body_is_a_conflict(stack, workspace):
    create(stack, workspace.writer, {"id": "trc_1", "name": "one"})
    held = workspace.stored()
    answer = create(stack, workspace.writer, {"id": "trc_1", "name": "two"})
    assert (answer.status, answer.error["code"], answer.error["retry"]) == (409, "conflict", "conditional")
    assert answer.error["details"][0]["field"] == "id"
    assert workspace.stored() == held


def test_an_id_is_not_used_again_after_deletion(stack, workspace):
    create(stack, workspace.writer, {"id": "trc_1"})
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    assert create(stack, workspace.writer, {"id": "trc_1"}).status == 409
    assert stack.call("GET", "/api/v1/traces/trc_1", key=workspace.reader).status == 404


def test_fields_that_are_not_ours_are_kept(stack, workspace):
    trace = create(stack, workspace.writer, {"id": "trc_1", "colour": "red", "metadata": {"a": 1}}).json["trace"]
    assert trace["metadata"] == {"a": 1, "_fields": {"colour": "red"}}


def test_a_project_key_creates_in_its_project_only(stack, workspace):
    key = workspace.key(project="proj_1")
    assert create(stack, key, {"id": "trc_1"}).json["trace"]["project_id"] == "proj_1"
    assert create(stack, key, {"id": "trc_2", "project_id": "proj_1"}).status == 201
    answer = create(stack, key, {"id": "trc_3", "project_id": "proj_2"})
    assert answer.status == 404
    other = workspace.key(project="proj_2")
    assert create(stack, other, {"id": "trc_1"}).status == 409
    assert stack.call("GET", "/api/v1/traces/trc_1", key=other).status == 404


def test_workspace_and_caller_come_from_the_credential(stack, workspace):
    said = {"id": "trc_1", "workspace_id": "ws_evil", "created_by": "root", "status": "completed", "head_hash": "x"}
    trace = create(stack, workspace.writer, said).json["trace"]
    assert (trace["workspace_id"], trace["status"]) == (workspace.id, "running")
    assert trace["head_hash"].startswith("sha256:")


def test_a_gzip_body_is_taken(stack, workspace):
    body = gzip.compress(json.dumps({"id": "trc_1", "name": "packed"}).encode())
    answer = create(stack, workspace.writer, body, headers={"Content-Encoding": "gzip"})
    assert answer.json["trace"]["name"] == "packed"


def test_an_idempotency_key_makes_one_trace_of_two_requests(stack, workspace):
    first, second = (
        create(stack, workspace.writer, {"name": "one"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert first.json == second.json
    assert second.headers["idempotent-replayed"] == "true"
    other = create(stack, workspace.writer, {"name": "two"}, headers={"Idempotency-Key": "k"})
    assert (other.status, other.error["code"]) == (422, "validation_error")


LONG_ID = "i" * 10_240
BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": ""}, "id"),
    ({"id": LONG_ID}, "id"),
    ({"id": "a b"}, "id"),
    ({"id": "a\x00"}, "id"),
    ({"id": "a\n"}, "id"),
    ({"id": "a#b"}, "id"),
    ({"id": "ä"}, "id"),
    ({"id": 7}, "id"),
    ({"id": ["trc_1"]}, "id"),
    ({"project_id": "p#1"}, "project_id"),
    ({"parent_trace_id": "a/b"}, "parent_trace_id"),
    ({"name": ""}, "name"),
    ({"name": 3}, "name"),
    ({"name": "x" * 1025}, "name"),
    ({"name": "a\x1b[31m"}, "name"),
    ({"agent": "a\u2028b"}, "agent"),
    ({"user_goal": "x" * 8193}, "user_goal"),
    ({"user_goal": {}}, "user_goal"),
    ({"tags": "red"}, "tags"),
    ({"tags": ["x"] * 51}, "tags"),
    ({"tags": ["x" * 129]}, "tags.0"),
    ({"tags": ["ok", 3]}, "tags.1"),
    ({"metadata": []}, "metadata"),
    ({"metadata": {"a": "x" * 16_384}}, "metadata"),
    ({"metadata": {"a": 2**53}}, "metadata"),
    ({"unknown": "x" * 16_384}, "metadata"),
    ({"started_at": "yesterday"}, "started_at"),
    ({"started_at": 1_774_087_200}, "started_at"),
    ({"started_at": "1969-12-31T23:59:59Z"}, "started_at"),
    ({"started_at": "2100-01-01T00:00:00Z"}, "started_at"),
    ({"started_at": "2026-02-30T00:00:00Z"}, "started_at"),
    ({"started_at": "0000-01-01T00:00:00Z"}, "started_at"),
    ({"started_at": "2026-03-21T10:00:00+99:99"}, "started_at"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=lambda value: str(value)[:40])
def test_what_does_not_fit_is_named_and_nothing_is_stored(stack, workspace, body, field):
    answer = create(stack, workspace.writer, body)
    assert (answer.status, answer.error["code"], answer.error["retry"]) == (422, "validation_error", "after_fix")
    assert field in [detail["field"] for detail in answer.error["details"]]
    assert answer.error["message"].startswith(field)
    assert len(answer.body) < 1000
    assert workspace.stored() == {}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_nothing_is_stored(stack, workspace, name):
    body, headers, status, word = UNREADABLE[name]
    answer = create(stack, workspace.writer, body, headers=headers)
    assert answer.status == status
    assert word in answer.error["message"]
    assert workspace.stored() == {}


def test_a_number_beyond_floats_has_no_place_in_metadata(stack, workspace):
    answer = create(stack, workspace.writer, b'{"metadata": {"a": 1e400}}')
    assert (answer.status, answer.error["details"][0]["field"]) == (422, "metadata")
    assert workspace.stored() == {}


def test_a_body_of_many_faults_names_them_all(stack, workspace):
    answer = create(stack, workspace.writer, {"id": "a b", "name": 3, "tags": [1]})
    assert sorted(detail["field"] for detail in answer.error["details"]) == ["id", "name", "tags.0"]
