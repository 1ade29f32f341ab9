"""POST /api/traces/{trace_id}/artifacts"""

import base64
from hashlib import sha256

import pytest

from local.capacity import record_calls
from tests.endpoints.artifacts.conftest import PATH
from tests.endpoints.bad_bodies import UNREADABLE
from tests.files import PNG

DIGEST = sha256(PNG).hexdigest()
MEGABYTE = 1024 * 1024


def b64(content):
    return base64.b64encode(content).decode()


def png(**said):
    return {"filename": "a.png", "content_type": "image/png", "content": b64(PNG), **said}


def announced(**said):
    return {"filename": "run.webm", "content_type": "video/webm", "size_bytes": 20 * MEGABYTE, **said}


def test_anonymous(stack, send):
    assert stack.call("POST", PATH, body=png()).status == 401


def test_missing_scope(stack, workspace, send):
    assert send(png(), key=workspace.reader).status == 403


def test_another_workspaces_trace_is_not_there(workspace, elsewhere, send):
    before = workspace.stored()
    theirs = send(png(), key=elsewhere.writer)
    nobodys = send(png(), path="/api/traces/trc_9/artifacts", key=elsewhere.writer)
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert workspace.stored() == before


def test_another_projects_trace_is_not_there(workspace, send):
    assert send(png(), key=workspace.key("traces:write", project="proj_2")).status == 404
    # Whatever the body is: it is not looked at.
    assert send(b"{", key=workspace.key("traces:write", project="proj_2")).status == 404


def test_a_deleted_trace_takes_no_more(stack, workspace, send):
    assert stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer).status == 204
    assert send(png()).status == 404


def test_content_in_json(workspace, send):
    answer = send(png(artifact_type="replay", event_time_map={"evt_1": 0}))
    assert answer.status == 201
    assert answer.json.keys() == {"artifact"}
    artifact = answer.json["artifact"]
    created = artifact.pop("created_at")
    assert created.endswith("Z")
    assert artifact == {
        "artifact_id": artifact["artifact_id"],
        "trace_id": "trc_1",
        "project_id": "proj_1",
        "storage_path": f"artifacts/{workspace.id}/trc_1/{artifact['artifact_id']}/a.png",
        "filename": "a.png",
        "content_type": "image/png",
        "artifact_type": "replay",
        "size_bytes": len(PNG),
        "sha256": DIGEST,
        "status": "stored",
        "event_time_map": {"evt_1": 0},
    }
    assert artifact["artifact_id"].startswith("art_")
    assert artifact["storage_path"] in workspace.stored()


def test_nothing_is_appended_to_the_ledger(stack, workspace, send):
    send(png())
    assert stack.call("GET", "/api/traces/trc_1/events", key=workspace.reader).json["events"] == []


def test_announced(send):
    answer = send(announced(sha256=DIGEST))
    assert answer.status == 201
    artifact, upload = answer.json["artifact"], answer.json["upload"]
    assert (artifact["status"], artifact["artifact_type"], artifact["sha256"]) == ("pending", "replay", DIGEST)
    assert upload["method"] == "PUT"
    assert upload["expires_in"] == 900
    assert upload["headers"] == {
        "Content-Type": "video/webm",
        "Content-Length": str(20 * MEGABYTE),
        "If-None-Match": "*",
        "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(DIGEST)).decode(),
    }
    signed = upload["url"].split("X-Amz-SignedHeaders=")[1].split("&")[0].split("%3B")
    assert signed == ["content-length", "content-type", "host", "if-none-match", "x-amz-checksum-sha256"]
    assert "X-Amz-Expires=900" in upload["url"]


def test_announced_with_a_digest_in_base64(send):
    spelled = base64.b64encode(bytes.fromhex(DIGEST)).decode()
    assert send(announced(sha256=spelled)).json["artifact"]["sha256"] == DIGEST


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("../../../etc/passwd", "passwd.png"),
        ("..\\..\\a.png", "a.png"),
        ("a\u202egnp.html", "agnp.html.png"),
        ("a\r\nX-Evil: 1.png", "a X-Evil_ 1.png"),
        ("\0", "artifact.png"),
        ("x" * 4000 + ".png", "x" * 176 + ".png"),
        (None, "artifact.png"),
    ],
)
def test_path_tricks(workspace, send, given, made):
    artifact = send(png(filename=given)).json["artifact"]
    assert artifact["filename"] == made
    folder = f"artifacts/{workspace.id}/trc_1/{artifact['artifact_id']}/"
    assert artifact["storage_path"].startswith(folder)
    assert "/" not in artifact["storage_path"].removeprefix(folder)


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({"content": b64(b"<html>")}, 415, "content"),
        ({"content_type": "text/html"}, 415, "content_type"),
        ({"content_type": "image/svg+xml"}, 415, "content_type"),
        ({"content_type": "application/octet-stream"}, 415, "content_type"),
        ({"content": "not base64!"}, 422, "content"),
        ({"content": "é"}, 422, "content"),
        ({"content": ""}, 422, "size_bytes"),
        ({"size_bytes": 3}, 422, "size_bytes"),
        ({"sha256": "00" * 32}, 422, "sha256"),
        ({"sha256": "zz"}, 422, "sha256"),
        ({"artifact_id": "a/b"}, 422, "artifact_id"),
        ({"artifact_id": "../x"}, 422, "artifact_id"),
        ({"artifact_type": "a\nb"}, 422, "artifact_type"),
        ({"artifact_type": ""}, 422, "artifact_type"),
        ({"event_time_map": {"a": 1.5}}, 422, "event_time_map.a"),
        ({"event_time_map": {f"e{n}": n for n in range(4000)}}, 422, "event_time_map"),
        ({"content_type": None}, 422, "content_type"),
        ({"filename": "x" * 5000}, 422, "filename"),
        ({"content": b64(PNG + b"0" * 4 * MEGABYTE)}, 413, "content"),
        ({"content": None}, 422, "size_bytes"),
        ({"content": None, "size_bytes": 0}, 422, "size_bytes"),
        ({"content": None, "size_bytes": -5}, 422, "size_bytes"),
        ({"content": None, "size_bytes": 1.5}, 422, "size_bytes"),
        ({"content": None, "size_bytes": 50 * MEGABYTE + 1}, 413, "size_bytes"),
        ({"content": None, "size_bytes": 10**30}, 413, "size_bytes"),
    ],
)
def test_what_does_not_fit(workspace, send, said, status, field):
    before = workspace.stored()
    answer = send(png(**said))
    assert answer.status == status, answer.body
    assert answer.error["details"][0]["field"] == field
    assert workspace.stored() == before


@pytest.mark.parametrize("name", [name for name in UNREADABLE if "seven" not in name])
def test_bodies_that_cannot_be_read(workspace, send, name):
    body, headers, status, word = UNREADABLE[name]
    before = workspace.stored()
    answer = send(body, **{"Content-Type": "application/json", **headers})
    assert answer.status == status
    assert word in answer.error["message"]
    assert workspace.stored() == before


def test_an_id_of_ones_own_again(workspace, send):
    first = send(png(artifact_id="art_mine"))
    before = workspace.stored()
    again = send(png(artifact_id="art_mine"))
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    other = send(png(artifact_id="art_mine", filename="b.png"))
    assert (other.status, other.error["code"]) == (409, "conflict")
    assert workspace.stored() == before


def test_an_announced_one_again_gets_a_new_url(send):
    first = send(announced(artifact_id="art_mine"))
    again = send(announced(artifact_id="art_mine"))
    assert (first.status, again.status) == (201, 200)
    assert again.json["artifact"] == first.json["artifact"]
    assert "upload" in again.json


@pytest.mark.parametrize("said", [png(), announced()])
def test_an_idempotency_key(workspace, send, said):
    def kept():
        return {name: item for name, item in workspace.stored().items() if not name.startswith("I#")}

    first = send(said, Idempotency_Key="k")
    before = kept()
    again = send(said, Idempotency_Key="k")
    assert first.status == again.status == 201
    assert again.json["artifact"] == first.json["artifact"]
    assert kept() == before
    other = send({**said, "filename": "other"}, Idempotency_Key="k")
    assert (other.status, other.error["details"][0]["field"]) == (422, "Idempotency-Key")
    assert send(said).json["artifact"]["artifact_id"] != first.json["artifact"]["artifact_id"]


def test_what_it_costs(send):
    send(png())
    with record_calls() as calls:
        send(announced())
    assert [call.operation for call in calls.calls if call.service == "dynamodb"] == [
        "UpdateItem",
        "GetItem",
        "TransactWriteItems",
    ]
    with record_calls() as calls:
        send(png())
    assert [call.operation for call in calls.calls] == [
        "UpdateItem",
        "GetItem",
        "TransactWriteItems",
        "PutObject",
        "PutItem",
    ]
