"""POST /api/traces/{trace_id}/artifacts, the file itself as the body."""

import gzip
from hashlib import sha256

import pytest

from tests.files import FILES, PNG
from wakeline.domain.artifacts.media_types import MEDIA_TYPES

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("media", MEDIA_TYPES, ids=lambda media: media.name)
def test_a_raw_body_of_each_type(send, media):
    content = FILES[media.name]
    answer = send(content, Content_Type=media.name, X_Artifact_Filename=f"f.{media.extensions[0]}")
    assert answer.status == 201, answer.body
    artifact = answer.json["artifact"]
    assert artifact["sha256"] == sha256(content).hexdigest()
    assert artifact["artifact_type"] == media.kind
    assert artifact["filename"] == f"f.{media.extensions[0]}"


@pytest.mark.parametrize(
    "names",
    [
        ("X-Artifact-Filename", "X-Artifact-Type", "X-Artifact-Id"),
        ("X-Promptetheus-Filename", "X-Promptetheus-Artifact-Type", "X-Promptetheus-Artifact-Id"),
    ],
)
def test_headers_of_either_name(send, names):
    said = dict(zip(names, ("%C3%84.png", "evidence", "art_mine"), strict=True))
    artifact = send(PNG, **said, Content_Type="image/png").json["artifact"]
    assert (artifact["filename"], artifact["artifact_type"], artifact["artifact_id"]) == (
        "Ä.png",
        "evidence",
        "art_mine",
    )


def test_a_raw_body_in_gzip(send):
    answer = send(gzip.compress(PNG), Content_Type="image/png", Content_Encoding="gzip")
    assert answer.status == 201
    assert answer.json["artifact"]["sha256"] == sha256(PNG).hexdigest()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"<html>", "image/png", 415),
        (PNG, "image/jpeg", 415),
        (PNG, "text/html", 415),
        (PNG, "application/octet-stream", 415),
        (b"", "image/png", 422),
        (PNG + b"0" * 4 * MEGABYTE, "image/png", 413),
        (gzip.compress(b"0" * 60 * MEGABYTE), "text/plain; gzip", 413),
    ],
)
def test_raw_bodies_that_do_not_fit(workspace, send, body, kind, status):
    before = workspace.stored()
    kind, _, packed = kind.partition("; ")
    headers = {"Content-Type": kind, **({"Content-Encoding": packed} if packed else {})}
    assert send(body, **headers).status == status
    assert workspace.stored() == before


def test_a_large_one_is_told_to_be_announced(send):
    answer = send(PNG + b"0" * 4 * MEGABYTE, Content_Type="image/png")
    assert "upload URL" in answer.error["message"]
