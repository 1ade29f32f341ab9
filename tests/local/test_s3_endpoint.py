"""Presigned URLs work over HTTP on loopback; what is not signed, or no longer, is refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import httpx
import pytest
from botocore.config import Config

from local.engine import Engine
from local.s3_endpoint import S3Endpoint, refused

ENDPOINT = "http://127.0.0.1:9999"
BUCKET = "wakeline-bucket"


@pytest.fixture
def presigner(engine: Engine) -> Any:
    """A client as the adapter makes it for presigning: the public endpoint, path style, signature version 4."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    return botocore.session.get_session().create_client("s3", endpoint_url=ENDPOINT, config=config)


def request(engine: Engine, method: str, url: str, **kwargs: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(S3Endpoint(engine))) as client:
            return await client.request(method, url, **kwargs)

    return asyncio.run(send())


def test_put_then_get(engine: Engine, presigner: Any) -> None:
    names = {"Bucket": BUCKET, "Key": "artifacts/ä b.png"}
    put = presigner.generate_presigned_url("put_object", Params={**names, "ContentType": "image/png"}, ExpiresIn=60)
    assert request(engine, "PUT", put, content=b"\x89PNG", headers={"content-type": "image/png"}).status_code == 200
    assert engine.client("s3").get_object(**names)["Body"].read() == b"\x89PNG"
    answer = request(engine, "GET", presigner.generate_presigned_url("get_object", Params=names, ExpiresIn=60))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"\x89PNG", "image/png")


def test_what_the_signature_does_not_cover_is_refused(engine: Engine, presigner: Any) -> None:
    url = presigner.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "k"}, ExpiresIn=60)
    assert request(engine, "GET", url).status_code == 404  # signed, but not there
    assert request(engine, "GET", f"{ENDPOINT}/{BUCKET}/k").status_code == 403
    assert request(engine, "GET", url.replace("/k?", "/other?")).status_code == 403
    assert request(engine, "PUT", url, content=b"x").status_code == 403
    assert request(engine, "GET", url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")).status_code == 403
    url = presigner.generate_presigned_url(
        "put_object", Params={"Bucket": BUCKET, "Key": "k", "ContentType": "image/png"}, ExpiresIn=60
    )
    assert request(engine, "PUT", url, content=b"x", headers={"content-type": "text/html"}).status_code == 403


def test_an_expired_url_is_refused(presigner: Any) -> None:
    url = presigner.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "k"}, ExpiresIn=60)
    now = datetime.now(UTC)
    assert refused("GET", url, {}, now) is None
    assert refused("GET", url, {}, now + timedelta(seconds=62)) == "Request has expired"


def test_browsers_may_ask(engine: Engine) -> None:
    answer = request(engine, "OPTIONS", f"{ENDPOINT}/{BUCKET}/k")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
