"""GET /artifacts/{artifact_id}"""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from local.capacity import record_calls
from tests.files import PNG


@pytest.fixture
def stored(stack, workspace, monkeypatch):
    """An artifact of trc_1, as the API shows it."""
    monkeypatch.setenv("S3_PUBLIC_ENDPOINT", "http://127.0.0.1:9")
    workspace.trace("trc_1")
    body = {"artifact_id": "art_1", "filename": "Ä.png", "content_type": "image/png"}
    body["content"] = base64.b64encode(PNG).decode()
    answer = stack.call("POST", "/api/traces/trc_1/artifacts", key=workspace.writer, body=body)
    return answer.json["artifact"]


def fetched(stack, key, artifact_id="art_1", accept=None, **query):
    headers = {"Accept": accept} if accept else {}
    return stack.call("GET", f"/artifacts/{artifact_id}", key=key, headers=headers, **query)


def test_anonymous(stack, stored):
    assert fetched(stack, None).status == 401


def test_missing_scope(stack, workspace, stored):
    assert fetched(stack, workspace.writer).status == 403


def test_another_workspaces_artifact_is_not_there(stack, elsewhere, stored):
    theirs, nobodys = fetched(stack, elsewhere.reader), fetched(stack, elsewhere.reader, "art_9")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert "location" not in theirs.headers


def test_another_projects_artifact_is_not_there(stack, workspace, stored):
    assert fetched(stack, workspace.key("traces:read", project="proj_2")).status == 404
    assert fetched(stack, workspace.key("traces:read", project="proj_1")).status == 307


@pytest.mark.parametrize("artifact_id", ["x" * 129, "a%2Fb", "..%2f..%2fHEAD", "%00", "a%23b", "%ff"])
def test_ids_that_are_none(stack, workspace, stored, artifact_id):
    assert fetched(stack, workspace.reader, artifact_id).status == 404


def test_redirects_to_five_minutes_of_a_download(stack, workspace, stored):
    answer = fetched(stack, workspace.reader, accept="text/html,*/*")
    assert (answer.status, answer.body) == (307, b"")
    url = urlsplit(answer.headers["location"])
    said = parse_qs(url.query)
    assert url.path.endswith(stored["storage_path"])
    assert said["X-Amz-Expires"] == ["300"]
    assert said["response-content-type"] == ["image/png"]
    assert said["response-content-disposition"] == ["attachment; filename=\"_.png\"; filename*=UTF-8''%C3%84.png"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "asked", [{"format": "json"}, {"accept": "application/json"}, {"accept": "text/html, application/json"}]
)
def test_json_for_who_asks(stack, workspace, stored, asked):
    answer = fetched(stack, workspace.reader, **asked)
    assert answer.status == 200
    said = answer.json
    assert (said.pop("expires_in"), said.pop("signed_url").split("?")[0].endswith(stored["storage_path"])) == (
        300,
        True,
    )
    assert said == stored


def test_another_format(stack, workspace, stored):
    assert fetched(stack, workspace.reader, format="xml").status == 422


def test_one_that_is_awaited(stack, workspace, stored):
    body = {"artifact_id": "art_2", "filename": "a.png", "content_type": "image/png", "size_bytes": 9}
    stack.call("POST", "/api/traces/trc_1/artifacts", key=workspace.writer, body=body)
    answer = fetched(stack, workspace.reader, "art_2")
    assert (answer.status, answer.error["retry"]) == (409, "conditional")
    assert "location" not in answer.headers


def test_of_a_deleted_trace(stack, workspace, stored):
    stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer)
    assert fetched(stack, workspace.reader).status == 404
    assert not [name for name in workspace.stored() if "art" in name.split(" ")[-1].lower().split("#")[0]]


def test_what_it_costs(stack, workspace, stored):
    fetched(stack, workspace.reader)
    with record_calls() as calls:
        fetched(stack, workspace.reader)
    assert [call.operation for call in calls.calls] == ["UpdateItem", "GetItem", "GetItem"]
