"""Nightly exports: what is in a day, that late days are caught up, and that a day written again has the same bytes."""

import csv
import gzip
import hashlib
import io
import json

import pytest

from tests.factories import make_trace, message
from tests.fakes.env import START, Clock, fixed_env
from wakeline import settings, wiring
from wakeline.adapters import aws
from wakeline.domain.evidence.rows import EVENT_COLUMNS
from wakeline.services import nightly
from wakeline.wiring import evidence


@pytest.fixture
def clock(workers, monkeypatch):
    clock = Clock(START)
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "env", lambda: env)
    s3 = aws.client("s3")
    for each in s3.list_objects_v2(Bucket=settings.bucket_name(), Prefix="exports/").get("Contents", []):
        s3.delete_object(Bucket=settings.bucket_name(), Key=each["Key"])
    return clock


@pytest.fixture
def make(clock):
    def make(trace_id="trc_1", workspace_id="ws_1"):
        now = clock.moment.isoformat().replace("+00:00", "Z")
        assert wiring.ledger().create(make_trace(trace_id, workspace_id, created_at=now, agent_id="agt_1"))

    return make


def stored(key):
    return aws.client("s3").get_object(Bucket=settings.bucket_name(), Key=key)["Body"].read()


def everything():
    listed = aws.client("s3").list_objects_v2(Bucket=settings.bucket_name(), Prefix="exports/").get("Contents", [])
    return {each["Key"]: stored(each["Key"]) for each in listed}


def run():
    return nightly.export_due(evidence.nightly())


def test_a_day_of_a_workspace(workers, make, clock):
    make()
    workers.append("trc_1", message("a"), message("=b"))
    make("trc_2", "ws_2")
    clock.advance(days=1)
    workers.append("trc_1", message("tomorrow"))
    first, second = run()
    assert (first.workspace_id, first.date, first.events, first.traces) == ("ws_1", "2026-03-21", 2, 1)
    assert (second.workspace_id, second.events, second.traces) == ("ws_2", 0, 0)
    manifest = json.loads(stored("exports/workspace=ws_1/date=2026-03-21/manifest.json"))
    assert manifest["events"] == 2
    for file in manifest["files"]:
        raw = stored(file["key"])
        assert (len(raw), hashlib.sha256(raw).hexdigest(), file["rows"]) == (file["bytes"], file["sha256"], 2)
    lines = gzip.decompress(stored("exports/workspace=ws_1/date=2026-03-21/events.ndjson.gz")).splitlines()
    table = gzip.decompress(stored("exports/workspace=ws_1/date=2026-03-21/events.csv.gz")).decode()
    said = [json.loads(line) for line in lines]
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [list(row) for row in said] == [list(EVENT_COLUMNS)] * 2
    assert [row["event_id"] for row in rows] == [row["event_id"] for row in said]


def test_late_days_are_caught_up(workers, make, clock):
    make()
    clock.advance(days=1)
    run()
    workers.append("trc_1", message("22nd"))
    clock.advance(days=1)
    make("trc_2")
    workers.append("trc_2", message("23rd"), message("23rd"))
    clock.advance(days=2)
    late = run()
    assert [(each.date, each.events) for each in late] == [("2026-03-22", 1), ("2026-03-23", 2), ("2026-03-24", 0)]
    assert run() == []


def test_a_day_written_again_has_the_same_bytes(workers, make, clock):
    make()
    make("trc_2")
    for trace in ("trc_1", "trc_2"):
        workers.append(trace, *(message(f"{n}") for n in range(30)))
    clock.advance(days=1)
    run()
    before = everything()
    for key in before:
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key)
    clock.advance(days=3)
    workers.append("trc_1", message("since"))
    evidence_of = evidence.nightly()
    nightly.export_day(evidence_of, "ws_1", "2026-03-21", ["trc_2", "trc_1"])
    assert everything() == before


@pytest.mark.parametrize("at", ["commit", "put"])
def test_a_run_that_dies_is_finished_by_the_next(workers, make, clock, at, monkeypatch):
    make()
    workers.append("trc_1")
    clock.advance(days=1)

    def dies(*_args, **_more):
        raise RuntimeError("died")

    with monkeypatch.context() as patch:
        if at == "put":
            patch.setattr("wakeline.adapters.dynamodb.nightly.DynamoExports.put", dies)
        else:
            patch.setattr("wakeline.adapters.s3.nightly._Files.commit", dies)
        with pytest.raises(RuntimeError):
            run()
    (export,) = run()
    assert export.events == 1
    assert run() == []


def test_the_bus_is_told_once(workers, make, clock):
    make()
    clock.advance(days=1)
    workers.functions.invoke(workers.functions.all["NightlyExports"], {})
    export = evidence.nightly().sink.manifest("ws_1", "2026-03-21")
    assert export is not None
    evidence.nightly().store.put(export)
    workers.run("ReadChanges")
    (entry,) = [each for each in workers.bus if each["DetailType"] == "export.completed"]
    detail = json.loads(entry["Detail"])
    assert (detail["workspace_id"], detail["date"], detail["events"]) == ("ws_1", "2026-03-21", 0)
    assert detail["occurred_at"] == "2026-03-22T00:00:00.000Z"
    assert {file["format"] for file in detail["files"]} == {"ndjson", "csv"}
