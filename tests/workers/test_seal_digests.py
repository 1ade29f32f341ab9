"""Sealing hours: what is in a digest, how they chain, and what becomes of late, empty and half-done ones."""

import gzip
import json
from dataclasses import replace
from typing import Any, cast

import pytest

from tests.factories import make_trace
from tests.fakes.env import START, Clock, fixed_env
from wakeline import settings, wiring
from wakeline.adapters import aws
from wakeline.adapters.kms import is_signed
from wakeline.adapters.s3.archive import S3Archive, digest_key
from wakeline.domain import chain
from wakeline.domain.errors import Conflict
from wakeline.domain.evidence.digest import Leaf, from_base64
from wakeline.domain.evidence.merkle import EMPTY
from wakeline.services import digests, ledger
from wakeline.wiring import evidence


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(START)
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    return clock


@pytest.fixture(autouse=True)
def _empty_archive(workers):
    """Locked objects outlast a test's `clear`; each test has hours of its own."""
    s3 = aws.client("s3")
    bucket = settings.evidence_bucket()
    for each in s3.list_object_versions(Bucket=bucket).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"], BypassGovernanceRetention=True)


@pytest.fixture
def make(workers, clock):
    def make(trace_id="trc_1", workspace_id="ws_1"):
        now = clock.moment.isoformat().replace("+00:00", "Z")
        assert wiring.ledger().create(make_trace(trace_id, workspace_id, created_at=now))

    return make


def seal():
    return digests.seal_due(evidence.notary())


def test_a_traces_head_is_in_the_digest_of_its_hour(workers, make, clock):
    make()
    workers.append("trc_1")
    make("trc_2")
    clock.advance(hours=1, minutes=5)
    (digest,) = seal()
    assert (digest.id, digest.sequence, digest.previous, digest.tree_size) == ("dig_2026-03-21T10", 0, None, 2)
    assert (digest.start, digest.end) == ("2026-03-21T10:00:00.000Z", "2026-03-21T11:00:00.000Z")
    (proof,) = evidence.proofs().proofs("ws_1", "trc_1")
    head = wiring.ledger().head("ws_1", "trc_1")
    assert head is not None
    assert proof.leaf == Leaf.of(head, None)
    assert (proof.leaf.event_count, proof.leaf.head_hash) == (1, head.head_hash)
    assert proof.root == digest.root
    assert is_signed(evidence.signer().public_key(), digest.statement, from_base64(digest.signature))
    assert not is_signed(evidence.signer().public_key(), digest.statement + b" ", from_base64(digest.signature))


def test_digests_chain_and_empty_hours_have_one(workers, make, clock):
    make()
    clock.advance(hours=1, minutes=5)
    (first,) = seal()
    assert seal() == []
    clock.advance(hours=3)
    late = seal()
    assert [each.hour for each in late] == ["2026-03-21T11", "2026-03-21T12", "2026-03-21T13"]
    assert [each.previous for each in late] == [first.hash, late[0].hash, late[1].hash]
    assert {each.root for each in late} == {chain.spell(EMPTY)}
    assert evidence.digests().page(None, 2) == [late[2], late[1]]
    assert evidence.digests().page(late[1].id, 9) == [late[0], first]


def test_a_leaf_names_the_traces_leaf_before(workers, make, clock):
    make()
    clock.advance(hours=1, minutes=5)
    seal()
    workers.append("trc_1")
    clock.advance(hours=1)
    seal()
    second, first = evidence.proofs().proofs("ws_1", "trc_1")
    assert second.leaf.previous == chain.spell(first.leaf.hash)
    assert second.leaf.facts == first.leaf.facts


def test_a_trace_that_is_never_at_rest_is_in_every_digest(workers, make, clock):
    make()
    for _ in range(3):
        clock.advance(hours=1, minutes=2)
        workers.append("trc_1")
        clock.advance(minutes=3)
        seal()
        clock.advance(minutes=-5)
    assert [proof.hour for proof in evidence.proofs().proofs("ws_1", "trc_1")] == [
        "2026-03-21T12",
        "2026-03-21T11",
        "2026-03-21T10",
    ]


def test_what_changed_in_hours_that_were_missed_is_in_the_last(workers, make, clock):
    make("trc_0")
    clock.advance(hours=1, minutes=5)
    seal()
    make()
    clock.advance(hours=2)
    workers.append("trc_1")
    clock.advance(hours=1)
    seal()
    proofs = evidence.proofs().proofs("ws_1", "trc_1")
    assert proofs[0].leaf.event_count == 1


def test_a_deletion_is_digested(workers, make, clock):
    make()
    workers.append("trc_1")
    clock.advance(hours=1, minutes=5)
    seal()
    head = wiring.ledger().head("ws_1", "trc_1")
    assert head is not None
    ledger.erase(wiring.ledger(), wiring.env(), head, "me")
    clock.advance(hours=1)
    seal()
    last, first = evidence.proofs().proofs("ws_1", "trc_1")
    assert (last.leaf.deleted, last.leaf.event_count, last.leaf.head_hash) == (True, 1, first.leaf.head_hash)


def test_leaves_are_in_the_archive_under_lock(workers, make, clock):
    make()
    clock.advance(hours=1, minutes=5)
    (digest,) = seal()
    s3 = aws.client("s3")
    bucket = settings.evidence_bucket()
    listed = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(listed)[0] == digest_key(digest.hour) == "digests/2026/03/21/10.json"
    for key in listed:
        assert s3.head_object(Bucket=bucket, Key=key)["ObjectLockMode"] == "COMPLIANCE"
    leaves = gzip.decompress(s3.get_object(Bucket=bucket, Key=sorted(listed)[1])["Body"].read())
    assert [json.loads(line)["trace_id"] for line in leaves.splitlines()] == ["trc_1"]


@pytest.mark.parametrize("at", ["put_leaves", "commit", "proofs", "digests"])
def test_a_run_that_dies_is_finished_by_the_next(workers, make, clock, at, monkeypatch):
    make()
    clock.advance(hours=1, minutes=5)
    notary = evidence.notary()

    class Dies:
        def __init__(self, inner):
            self.inner = inner

        def __getattr__(self, name):
            if name == at or (name == "put" and at in ("proofs", "digests")):
                raise RuntimeError("died")
            return getattr(self.inner, name)

    part = "archive" if at in ("put_leaves", "commit") else at
    with pytest.raises(RuntimeError):
        digests.seal_due(replace(notary, **cast(Any, {part: Dies(getattr(notary, part))})))
    # What changes meanwhile must not make two digests of one hour.
    workers.append("trc_1")
    (digest,) = seal()
    assert digest == S3Archive().get(digest.hour) == evidence.digests().last()
    (proof,) = evidence.proofs().proofs("ws_1", "trc_1")
    assert proof.root == digest.root


def test_a_digest_written_over_is_read_as_it_was_first(workers, make, clock):
    make()
    clock.advance(hours=1, minutes=5)
    (digest,) = seal()
    aws.client("s3").put_object(
        Bucket=settings.evidence_bucket(),
        Key=digest_key(digest.hour),
        Body=json.dumps(replace(digest, tree_size=0).to_json()).encode(),
    )
    assert S3Archive().get(digest.hour) == digest


def test_leaves_that_do_not_give_the_root_are_refused(workers, make, clock):
    make()
    clock.advance(hours=1, minutes=5)
    (digest,) = seal()
    wrong = replace(digest, root=chain.spell(b"\1" * 32))
    S3Archive().put_leaves(wrong, [])

    class Swapped(S3Archive):
        def get(self, hour):
            return wrong

    notary = replace(evidence.notary(), archive=Swapped())
    clock.advance(hours=1)
    with pytest.raises(Conflict):
        digests.seal_due(notary)


def test_the_handler_seals(workers, make, clock):
    make()
    clock.advance(hours=1, minutes=5)
    answer = workers.functions.invoke(workers.functions.all["SealDigests"], {})
    assert answer["sealed"] == ["dig_2026-03-21T10"]
