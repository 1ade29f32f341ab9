"""What is stored outlives the process, however it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.journal import FolderInUse
from local.journal_file import JournalFile, cut_torn_tail, read
from local.stack import Stack, run

HERE = Path(__file__).parent
SMALL = HERE / "small.yaml"
ROOT = HERE.parents[1]
TABLE, BUCKET = "wakeline-Table", "wakeline-bucket"


def fill(stack: Stack) -> None:
    """Something of every kind that is kept."""
    dynamodb, s3 = stack.engine.client("dynamodb"), stack.engine.client("s3")
    body = {"M": {"l": {"L": [{"B": b"\x00\xff"}, {"N": "1.50"}, {"NULL": True}]}, "s": {"BS": [b"a"]}}}
    for number in range(20):
        dynamodb.put_item(
            TableName=TABLE,
            Item={
                "pk": {"S": "a"},
                "sk": {"S": str(number)},
                "gpk": {"S": "g"},
                "gsk": {"N": str(number)},
                "body": body,
            },
        )
    dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": "a"}, "sk": {"S": "3"}})
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": TABLE, "Item": {"pk": {"S": "t"}, "sk": {"S": "1"}}}}]
    )
    s3.put_object(Bucket=BUCKET, Key="a/ü b", Body=b"\x00\n1", ContentType="text/x", Metadata={"who": "me"})
    s3.put_object(Bucket=BUCKET, Key="gone", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="gone too", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="gone")
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "gone too"}]})
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    part = {"Bucket": BUCKET, "Key": "parts", "UploadId": upload, "PartNumber": 1}
    tag = s3.upload_part(**part, Body=b"part")["ETag"]
    s3.complete_multipart_upload(
        Bucket=BUCKET, Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"ETag": tag, "PartNumber": 1}]}
    )
    stack.engine.client("secretsmanager").create_secret(Name="later", SecretString="kept")
    stack.engine.client("ssm").put_parameter(Name="/later", Value="kept", Type="String")


def contents(stack: Stack) -> Any:
    dynamodb, s3 = stack.engine.client("dynamodb"), stack.engine.client("s3")
    listed = dynamodb.query(
        TableName=TABLE,
        IndexName="some",
        KeyConditionExpression="gpk = :g",
        ExpressionAttributeValues={":g": {"S": "g"}},
    )["Items"]
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    objects = {key: s3.get_object(Bucket=BUCKET, Key=key) for key in keys}
    return {
        "items": sorted(dynamodb.scan(TableName=TABLE)["Items"], key=str),
        "index": listed,
        "objects": {key: (each["Body"].read(), each["ContentType"], each["Metadata"]) for key, each in objects.items()},
        "secret": stack.engine.client("secretsmanager").get_secret_value(SecretId="later")["SecretString"],
        "parameter": stack.engine.client("ssm").get_parameter(Name="/later")["Parameter"]["Value"],
    }


def test_everything_is_there_after_a_restart_and_after_compactions(tmp_path: Path) -> None:
    with run(SMALL, data=tmp_path) as stack:
        fill(stack)
        before = contents(stack)
        assert before["objects"]["parts"][0] == b"part"
        assert set(before["objects"]) == {"a/ü b", "parts"}
    for _ in range(2):
        with run(SMALL, data=tmp_path) as stack:
            assert contents(stack) == before
            assert stack.journal is not None
            with stack.engine.lock:
                stack.journal.compact()
            assert contents(stack) == before
    assert len(list(tmp_path.glob("snapshot-*"))) == len(list(tmp_path.glob("journal-*"))) == 1


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_tail_costs_only_the_last_record(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal-00000000"
    file = JournalFile(path)
    for number in range(3):
        file.append({"n": number}, b"raw\n\x00")
    file.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    kept = [meta["n"] for meta, _ in read(path)]
    assert kept == ([0, 1] if cut < 30 else [0])
    assert cut_torn_tail(path) > 0
    JournalFile(path).append({"n": 9})
    assert [meta["n"] for meta, _ in read(path)] == [*kept, 9]


def test_a_damaged_record_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "j"
    file = JournalFile(path)
    file.append({"n": 0})
    file.append({"n": 1})
    file.close()
    path.write_bytes(path.read_bytes()[:-2] + b"!!")
    assert [meta["n"] for meta, _ in read(path)] == [0]


def test_an_unfinished_snapshot_is_passed_over(tmp_path: Path) -> None:
    with run(SMALL, data=tmp_path) as stack:
        fill(stack)
        before = contents(stack)
    JournalFile(tmp_path / "snapshot-00000007").append({"t": TABLE, "p": {"pk": {"S": "x"}, "sk": {"S": "y"}}})
    with run(SMALL, data=tmp_path) as stack:
        assert contents(stack) == before


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with run(SMALL, data=tmp_path):
        holder = f"from pathlib import Path; from local.journal import _guard; _guard(Path({str(tmp_path)!r}))"
        ended = subprocess.run([sys.executable, "-c", holder], cwd=ROOT, capture_output=True, text=True, check=False)
        assert FolderInUse.__name__ in ended.stderr


def test_stream_records_that_were_not_delivered_come_after_the_restart(tmp_path: Path) -> None:
    def put(stack: Stack, name: str) -> None:
        item = {"pk": {"S": "a"}, "sk": {"S": name}}
        stack.engine.client("dynamodb").put_item(TableName=TABLE, Item=item)

    with run(SMALL, data=tmp_path) as stack:
        stack.functions.handler(stack.engine.template.function("OnChange"))
        workers = sys.modules["small_workers"]
        workers.SEEN.clear()
        workers.FAILING.clear()
        put(stack, "1")
        stack.delivery.drain()
        stack.delivery.streams[0].stop()
        put(stack, "2")
        put(stack, "3")
        assert stack.journal is not None
        with stack.engine.lock:
            stack.journal.compact()
        put(stack, "4")
    with run(SMALL, data=tmp_path) as stack:
        stack.delivery.drain()
    given = [record["dynamodb"]["Keys"]["sk"]["S"] for kind, record in workers.SEEN if kind == "change"]
    assert given == ["1", "2", "3", "4"]


def test_a_killed_server_loses_nothing_it_answered(tmp_path: Path) -> None:
    """A real process, killed with SIGKILL in the middle of its work."""

    def serve() -> tuple[subprocess.Popen[str], int]:
        options = ["--template", str(SMALL), "--port", "0", "--no-sample", "--data", str(tmp_path)]
        process = subprocess.Popen(
            [sys.executable, "-m", "local.cli", "serve", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("ready http://127.0.0.1:"), ready
        return process, int(ready.rsplit(":", 1)[1])

    def count(port: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", "/count")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return int(answer["hits"])

    process, port = serve()
    try:
        assert [count(port) for _ in range(5)] == [1, 2, 3, 4, 5]
    finally:
        process.kill()
        process.communicate()
    process, port = serve()
    try:
        assert count(port) == 6
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()
    with run(SMALL, data=tmp_path) as stack:
        found = stack.engine.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
        assert [each["Key"] for each in found] == [f"hits/{number}" for number in range(1, 7)]
