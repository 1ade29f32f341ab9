"""One contract for `ArtifactStore` and `FileStore`, kept by the fakes and by DynamoDB and S3 alike."""

from dataclasses import replace
from typing import Any

import pytest

from local.capacity import record_calls
from tests.factories import make_trace
from tests.fakes.artifacts import MemoryArtifacts, MemoryFiles
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters.dynamodb.artifacts import DynamoArtifacts
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.adapters.s3.files import S3Files
from wakeline.domain.artifacts.artifact import Artifact
from wakeline.domain.errors import NotFound
from wakeline.services import ledger as ledgers


def artifact(artifact_id: str = "art_1", **said: Any) -> Artifact:
    return Artifact(
        **{
            "workspace_id": "ws_1",
            "project_id": "proj_1",
            "trace_id": "trc_1",
            "id": artifact_id,
            "filename": "Ä shot.png",
            "content_type": "image/png",
            "artifact_type": "screenshot",
            "size_bytes": 3,
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "status": "pending",
            "created_at": "2026-03-21T12:00:00.000Z",
            "created_by": "key_1",
            "request_digest": "d",
            **said,
        }
    )


@pytest.fixture(params=["memory", "aws"])
def made(request) -> Any:
    """(artifacts, files, ledger), with a living trace trc_1."""
    if request.param == "memory":
        memory = MemoryLedger()
        memory.create(make_trace())
        return MemoryArtifacts(memory), MemoryFiles(), memory
    request.getfixturevalue("engine")
    DynamoLedger().create(make_trace())
    return DynamoArtifacts(), S3Files(), DynamoLedger()


@pytest.fixture
def store(made) -> Any:
    return made[0]


@pytest.fixture
def files(made) -> Any:
    return made[1]


@pytest.mark.parametrize(
    "said", [{}, {"sha256": None, "event_time_map": {"evt_1": 0, "evt_2": 17}}, {"status": "rejected", "reason": "is"}]
)
def test_there_and_back(store, said):
    assert store.create(artifact(**said)) is None
    assert store.get("ws_1", "art_1") == artifact(**said)
    assert store.get("ws_2", "art_1") is None
    assert store.get("ws_1", "art_2") is None


def test_an_id_is_used_once(store):
    store.create(artifact())
    assert store.create(artifact(filename="b.png")) == artifact()
    assert store.get("ws_1", "art_1") == artifact()


def test_a_trace_that_is_not_there(store):
    with pytest.raises(NotFound):
        store.create(artifact(trace_id="trc_2"))
    assert store.get("ws_1", "art_1") is None


def test_a_deleted_trace_takes_no_more(made):
    store, _, ledger = made
    ledgers.erase(ledger, fixed_env(), ledger.head("ws_1", "trc_1"), "key_1")
    with pytest.raises(NotFound):
        store.create(artifact())
    assert list(store.of_trace("ws_1", "trc_1")) == []


@pytest.mark.parametrize("end", [{"status": "stored"}, {"status": "rejected", "reason": "is empty"}])
def test_it_ends_once(store, end):
    store.create(artifact())
    ended = replace(artifact(), **end)
    assert store.finish(ended)
    assert not store.finish(replace(artifact(), status="stored", sha256=None))
    assert store.get("ws_1", "art_1") == ended


def test_what_is_not_there_does_not_end(store):
    assert not store.finish(replace(artifact(), status="stored"))
    assert store.get("ws_1", "art_1") is None


def test_the_artifacts_of_a_trace(made):
    store, _, ledger = made
    ledger.create(make_trace("trc_2"))
    for n in range(30):
        store.create(artifact(f"art_{n:02}"))
    store.create(artifact("other", trace_id="trc_2"))
    assert sorted(each.id for each in store.of_trace("ws_1", "trc_1")) == [f"art_{n:02}" for n in range(30)]
    assert list(store.of_trace("ws_2", "trc_1")) == []


def test_unfinished_ones_by_day(store):
    store.create(artifact("a"))
    store.create(artifact("b", created_at="2026-03-21T23:59:59.999999Z"))
    store.create(artifact("c", created_at="2026-03-22T00:00:00.000Z"))
    store.create(artifact("d"))
    store.create(artifact("e"))
    store.finish(replace(artifact("d"), status="stored"))
    store.finish(replace(artifact("e"), status="rejected", reason="is empty"))
    assert sorted(each.id for each in store.unfinished("2026-03-21")) == ["a", "b", "e"]
    assert [each.id for each in store.unfinished("2026-03-22")] == ["c"]
    assert list(store.unfinished("2026-03-20")) == []


def test_forgotten_ones_leave_nothing(store):
    store.create(artifact())
    store.delete(artifact())
    store.delete(artifact())
    assert store.get("ws_1", "art_1") is None
    assert list(store.of_trace("ws_1", "trc_1")) == []
    assert list(store.unfinished("2026-03-21")) == []
    assert store.create(artifact()) is None


def test_files(files):
    path = artifact().storage_path
    assert files.read(path) is None
    files.put(artifact(), b"abc")
    assert b"".join(files.read(path)) == b"abc"
    files.delete(path)
    files.delete(path)
    assert files.read(path) is None


def test_upload_says_what_it_pins(files):
    upload = files.upload(artifact())
    assert upload.method == "PUT"
    assert upload.expires_in == 900
    assert upload.headers["Content-Type"] == "image/png"
    assert artifact().storage_path in upload.url


def test_announcing_is_one_call_and_ending_another(embedded):
    DynamoLedger().create(make_trace())
    with record_calls() as calls:
        DynamoArtifacts().create(artifact())
        DynamoArtifacts().finish(replace(artifact(), status="stored"))
    assert [call.operation for call in calls.calls] == ["TransactWriteItems", "PutItem"]


def test_s3_refuses_what_the_digest_does_not_fit(embedded, monkeypatch):
    """The digest of a direct put is sent along, for S3 to check."""
    seen = {}
    embedded.after_call.append(lambda service, operation, request, answer: seen.update(request.headers))
    try:
        S3Files().put(artifact(), b"abc")
    finally:
        embedded.after_call.pop()
    assert seen["x-amz-checksum-sha256"] in (
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        b"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    )
