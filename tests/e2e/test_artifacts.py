"""Files in and out of the served stack: announced, sent straight to S3, seen, fetched."""

import time
from hashlib import sha256

import httpx

from tests.e2e.conftest import client
from tests.files import PNG


def test_a_large_file_by_presigned_urls(url):
    content = PNG + bytes(range(256)) * 40_000  # 10 MB, more than a Lambda takes
    with client(url) as api, httpx.Client(timeout=30) as outside:
        api.post("/api/traces", json={"id": "trc_files"}).raise_for_status()
        body = {
            "artifact_id": "art_large",
            "filename": "large.png",
            "content_type": "image/png",
            "size_bytes": len(content),
            "sha256": sha256(content).hexdigest(),
        }
        announced = api.post("/api/traces/trc_files/artifacts", json=body)
        assert announced.status_code == 201
        assert api.get("/artifacts/art_large").status_code == 409
        upload = announced.json()["upload"]

        wrong = outside.request(upload["method"], upload["url"], content=content[:-1] + b"x", headers=upload["headers"])
        assert wrong.status_code == 400
        sent = outside.request(upload["method"], upload["url"], content=content, headers=upload["headers"])
        assert sent.status_code == 200

        deadline = time.monotonic() + 20
        while (answer := api.get("/artifacts/art_large")).status_code != 307:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.05)
        fetched = outside.get(answer.headers["location"])
        assert fetched.content == content
        assert fetched.headers["content-type"] == "image/png"
        assert fetched.headers["content-disposition"].startswith("attachment")
        # The URL is one for this file only.
        assert outside.get(answer.headers["location"].replace("large.png", "other.png")).status_code == 403

    with client(url, "wl_other_admin") as stranger:
        assert stranger.get("/artifacts/art_large").status_code == 404


def test_a_raw_file(url):
    with client(url) as api, httpx.Client() as outside:
        api.post("/api/traces", json={"id": "trc_raw"}).raise_for_status()
        headers = {"Content-Type": "image/png", "X-Artifact-Filename": "shot.png"}
        artifact = api.post("/api/traces/trc_raw/artifacts", content=PNG, headers=headers).json()["artifact"]
        found = api.get(f"/artifacts/{artifact['artifact_id']}", params={"format": "json"}).json()
        assert outside.get(found["signed_url"]).content == PNG
        assert api.delete("/api/v1/traces/trc_raw").status_code == 204
        assert api.get(f"/artifacts/{artifact['artifact_id']}").status_code == 404
        assert outside.get(found["signed_url"]).status_code == 404
