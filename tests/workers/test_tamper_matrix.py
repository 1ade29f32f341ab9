"""The tamper matrix: whoever can write to the table and the bucket changes the record, and something notices.

Each row of docs/evidence.md's table is a test here: what is changed, and whether verify online and verify offline find
it. "Offline" is the export made after the change, held against digests that were kept elsewhere.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import message
from tests.fakes.env import START, Clock, fixed_env
from tests.workers.tampering import MATRIX, Record
from wakeline import settings, wiring
from wakeline.adapters import aws
from wakeline.domain.evidence.digest import Digest
from wakeline.wiring import evidence

DOCS = Path(__file__).parents[2] / "docs" / "evidence.md"


@pytest.fixture
def record(workers, monkeypatch):
    clock = Clock(START)
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    s3 = aws.client("s3")
    bucket = settings.evidence_bucket()
    for each in s3.list_object_versions(Bucket=bucket).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"], BypassGovernanceRetention=True)
    clock.advance(minutes=10)
    return Record(workers, clock)


@pytest.mark.parametrize(("change", "act", "online", "offline"), MATRIX, ids=[row[0] for row in MATRIX])
def test_a_change_is_found(record, change, act, online, offline):
    assert record.online() is None
    assert record.offline() is None
    act(record)
    found = (record.online(), record.offline())
    assert (found[0] is not None, found[1] is not None) == (online, offline), found
    assert online or offline


def test_a_digest_removed_from_ones_own_list_is_missed(record):
    record.seal()
    listed = [digest.to_json() for digest in evidence.digests().page(None, 100)]
    del listed[1]
    record.kept = listed
    assert "missing" in str(record.offline())


def test_a_digest_of_another_key_is_refused(record):
    forged = Digest.from_json(record.kept[0])
    record.kept[0] = replace(forged, key_id="sha256:" + "0" * 64).to_json()
    assert record.offline() is not None


def test_a_change_before_its_hour_is_sealed_is_the_only_one_that_is_not_found(record):
    record.workers.append("trc_1", message("five"))
    record.recompute(["one", "two", "three", "four"])
    # Not even this: what was sealed before is other than what is there now.
    assert record.online() is not None


def test_the_table_in_the_docs_is_this_matrix():
    mark = {True: "found", False: "—"}
    rows = [f"| {change} | {mark[online]} | {mark[offline]} |" for change, _, online, offline in MATRIX]
    text = DOCS.read_text()
    assert [row for row in rows if row not in text] == []
