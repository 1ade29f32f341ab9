"""on_artifact_uploaded and sweep_artifacts, through the stack: a presigned PUT starts the one, a schedule the other."""

import asyncio
import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.s3_endpoint import S3Endpoint
from local.stack import Stack as Running
from local.stack import run
from tests.endpoints.stack import Stack, Workspace
from tests.files import PNG, WEBM
from wakeline import settings
from wakeline.adapters import aws

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The whole stack with its deliveries."""
    os.environ["S3_PUBLIC_ENDPOINT"] = "http://127.0.0.1:9999"
    with run(TEMPLATE) as made:
        aws.client.cache_clear()
        yield made
    aws.client.cache_clear()
    del os.environ["S3_PUBLIC_ENDPOINT"]


@pytest.fixture
def workspace(running: Running) -> Workspace:
    made = Workspace.fresh(Stack(running.engine, running.gateway))
    made.trace("trc_1")
    return made


def announce(workspace: Workspace, content: bytes = WEBM, digest: bool = True, **said: Any) -> dict[str, Any]:
    body = {"artifact_id": "art_1", "filename": "run.webm", "content_type": "video/webm", "size_bytes": len(content)}
    checked = {"sha256": sha256(content).hexdigest()} if digest else {}
    answer = workspace.stack.call(
        "POST", "/api/traces/trc_1/artifacts", key=workspace.writer, body={**body, **checked, **said}
    )
    assert answer.status == 201, answer.body
    return dict(answer.json["upload"])


def put(running: Running, upload: dict[str, Any], content: bytes, **headers: str | None) -> httpx.Response:
    """Send content to the upload URL, with the headers that the answer says but for those given."""

    async def send() -> httpx.Response:
        named = {**upload["headers"], **{name.replace("_", "-"): value for name, value in headers.items()}}
        given = {name: value for name, value in named.items() if value is not None}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(S3Endpoint(running.engine))) as client:
            return await client.request(upload["method"], upload["url"], content=content, headers=given)

    answer = asyncio.run(send())
    running.delivery.drain()
    return answer


def shown(workspace: Workspace, artifact_id: str = "art_1") -> tuple[int, dict[str, Any]]:
    answer = workspace.stack.call("GET", f"/artifacts/{artifact_id}", key=workspace.reader, format="json")
    return answer.status, answer.json


def objects(workspace: Workspace) -> list[str]:
    return [name for name in workspace.stored() if name.startswith("artifacts/")]


@pytest.mark.parametrize("digest", [True, False])
def test_an_upload_is_stored(running, workspace, digest):
    assert put(running, announce(workspace, digest=digest), WEBM).status_code == 200
    status, artifact = shown(workspace)
    assert (status, artifact["status"], artifact["sha256"]) == (200, "stored", sha256(WEBM).hexdigest())


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (WEBM + b"x", {"Content_Length": None}, 403),
        (WEBM[:-1], {"Content_Length": None}, 403),
        (WEBM[:-1] + b"x", {}, 400),
        (WEBM, {"Content_Type": "text/html"}, 403),
        (WEBM, {"If_None_Match": None}, 403),
        (WEBM, {"x_amz_checksum_sha256": None}, 403),
        (WEBM, {"x_amz_checksum_sha256": base64.b64encode(b"0" * 32).decode()}, 403),
    ],
)
def test_s3_refuses_any_other_file(running, workspace, content, headers, status):
    assert put(running, announce(workspace), content, **headers).status_code == status
    assert objects(workspace) == []
    assert shown(workspace)[0] == 409


def test_what_is_there_is_not_replaced(running, workspace):
    upload = announce(workspace)
    assert put(running, upload, WEBM).status_code == 200
    assert put(running, upload, WEBM).status_code == 412


def test_an_upload_that_is_something_else_is_deleted(running, workspace):
    html = b"<html>" + b" " * (len(WEBM) - 6)
    assert put(running, announce(workspace, digest=False), html).status_code == 200
    status, answer = shown(workspace)
    assert status == 409
    assert "is not video/webm" in answer["error"]["message"]
    assert objects(workspace) == []


def test_an_upload_to_a_deleted_trace_is_deleted(running, workspace):
    upload = announce(workspace)
    workspace.stack.call("DELETE", "/api/v1/traces/trc_1", key=workspace.writer)
    put(running, upload, WEBM)
    assert objects(workspace) == []
    assert shown(workspace)[0] == 404


def test_the_same_news_again_changes_nothing(running, workspace):
    upload = announce(workspace)
    put(running, upload, WEBM)
    before = shown(workspace)[1]
    path = before["storage_path"]
    function = running.functions.all["OnArtifactUploaded"]
    for _ in range(2):
        running.functions.invoke(function, {"detail": {"object": {"key": path}}})
    assert {**shown(workspace)[1], "signed_url": None} == {**before, "signed_url": None}
    assert objects(workspace) == [path]


def test_direct_content_is_left_alone(running, workspace):
    body = {"artifact_id": "art_1", "content_type": "image/png", "content": base64.b64encode(PNG).decode()}
    workspace.stack.call("POST", "/api/traces/trc_1/artifacts", key=workspace.writer, body=body)
    running.delivery.drain()
    assert shown(workspace)[1]["status"] == "stored"


def test_the_sweep(running, workspace, monkeypatch):
    """A pending one of yesterday goes, one of today stays; one that came unnoticed is stored."""
    from wakeline import wiring
    from wakeline.domain.env import Env

    real = wiring.env()
    monkeypatch.setattr(
        wiring, "env", lambda: Env(lambda: datetime.now(UTC) - timedelta(hours=30), real.new_id, real.salt, real.pause)
    )
    announce(workspace)
    announce(workspace, artifact_id="art_2")
    monkeypatch.setattr(wiring, "env", lambda: real)
    announce(workspace, artifact_id="art_3")
    path = f"artifacts/{workspace.id}/trc_1/art_2/run.webm"
    # As if the news of it had been lost.
    listeners, running.engine.after_call[:] = list(running.engine.after_call), []
    running.engine.client("s3").put_object(Bucket=settings.bucket_name(), Key=path, Body=WEBM)
    running.engine.after_call[:] = listeners
    function = running.functions.all["SweepArtifacts"]
    assert running.functions.invoke(function, {}) == {"stored": 1, "removed": 1}
    assert [shown(workspace, name)[0] for name in ("art_1", "art_2", "art_3")] == [404, 200, 409]
    assert running.functions.invoke(function, {}) == {"stored": 0, "removed": 0}


def test_the_sweep_has_a_schedule(running):
    assert running.delivery.schedules["SweepArtifacts.Hourly"].expression == "rate(1 hour)"


def test_a_failing_sweep_is_seen(running, workspace, monkeypatch):
    from wakeline import wiring
    from wakeline.adapters.s3.files import S3Files
    from wakeline.domain.env import Env

    real = wiring.env()
    announce(workspace)
    later = Env(lambda: datetime.now(UTC) + timedelta(hours=30), real.new_id, real.salt, real.pause)
    monkeypatch.setattr(wiring, "env", lambda: later)
    with monkeypatch.context() as broken:
        broken.setattr(S3Files, "read", lambda *_: (_ for _ in ()).throw(OSError("S3 is out")))
        with pytest.raises(ExceptionGroup, match="could not be swept"):
            running.functions.invoke(running.functions.all["SweepArtifacts"], {})
    running.functions.invoke(running.functions.all["SweepArtifacts"], {})
    assert objects(workspace) == []
