"""`wakeline redrive` of what a reader of the table's stream gave up on in AWS: its letter holds no records."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import redrive
from local.dead_letters import DeadLetters, Forgotten, Letter, NotDone
from local.engine import Engine


class Deployed:
    """What AWS answers of a reader's letter: its stream, and the filters of its mapping."""

    STREAM = "arn:aws:dynamodb:eu-central-1:1:table/t/stream/2026"

    def __init__(self, engine: Any, sizes: dict[str, int]) -> None:
        self._engine = engine
        self.sizes = sizes
        self.invoked: list[list[str]] = []
        self.forgotten = False
        self.failures: list[dict[str, str]] = []
        self.letters: DeadLetters

    def __call__(self, service: str) -> Any:
        return self if service == "dynamodbstreams" else self._engine.client(service)

    def get_shard_iterator(self, **asked: Any) -> Any:
        assert asked == {
            "StreamArn": self.STREAM,
            "ShardId": "shard-1",
            "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": "10",
        }
        if self.forgotten:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str) -> Any:
        """One record each, so that reading has to go on."""
        at = int(ShardIterator)
        names = list(self.sizes)
        return {"Records": [self._record(names[at], 10 + at)], "NextShardIterator": str(at + 1)}

    def _record(self, name: str, number: int) -> dict[str, Any]:
        return {
            "eventID": name,
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1",
            "dynamodb": {
                "ApproximateCreationDateTime": datetime(2026, 11, 1, tzinfo=UTC),
                "Keys": {"pk": {"S": name}},
                "NewImage": {"b": {"B": b"z" * self.sizes[name]}},
                "SequenceNumber": str(number),
            },
        }

    def list_event_source_mappings(self, **asked: Any) -> Any:
        assert asked == {"FunctionName": "arn:aws:lambda:eu-central-1:1:function:Reader", "EventSourceArn": self.STREAM}
        pattern = json.dumps({"dynamodb": {"Keys": {"pk": {"S": [{"anything-but": "K#"}]}}}})
        return {"EventSourceMappings": [{"FilterCriteria": {"Filters": [{"Pattern": pattern}]}}]}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Any:
        records = json.loads(Payload)["Records"]
        assert {record["eventSourceARN"] for record in records} == {self.STREAM}
        assert all(isinstance(record["dynamodb"]["NewImage"]["b"]["B"], str) for record in records)
        self.invoked.append([record["dynamodb"]["Keys"]["pk"]["S"] for record in records])
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": self.failures}).encode())}


@pytest.fixture
def reader(engine: Engine) -> Deployed:
    """A letter of a reader in AWS, which does not hold the records, beside what its stream still has."""
    deployed = Deployed(engine, {"a": 1, "K#": 1, "b": 3_000_000, "c": 3_000_000, "later": 1})
    sqs = engine.client("sqs")
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    batch = {"shardId": "shard-1", "startSequenceNumber": "10", "endSequenceNumber": "13", "batchSize": 4}
    letter = {
        "requestContext": {"functionArn": "arn:aws:lambda:eu-central-1:1:function:Reader"},
        "DDBStreamBatchInfo": {**batch, "streamArn": Deployed.STREAM},
    }
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(letter))
    deployed.letters = DeadLetters("arn:aws:sqs:eu-central-1:1:letters", deployed, deployed)
    return deployed


def test_a_readers_batch_is_read_from_the_stream(reader):
    assert redrive.redrive(reader.letters, print, discard=False) == 0
    assert reader.invoked == [["a", "b"], ["c"]]
    assert reader.letters.count() == 0


def test_a_record_that_fails_again_keeps_the_batch(reader):
    reader.failures = [{"itemIdentifier": "12"}]
    for letter in reader.letters.each():
        with pytest.raises(NotDone, match="failed again, on a record"):
            reader.letters.redrive(letter)
    assert reader.letters.count() == 1


def test_what_the_stream_forgot_stays_until_it_is_discarded(reader, capsys):
    reader.forgotten = True
    for letter in reader.letters.each():
        with pytest.raises(Forgotten):
            reader.letters.redrive(letter)
    assert redrive.redrive(reader.letters, print, discard=False) == 1
    assert "wakeline rebuild" in capsys.readouterr().out
    assert redrive.redrive(reader.letters, print, discard=True) == 0
    assert reader.letters.count() == 0
    assert reader.invoked == []


WORKER = "arn:aws:lambda:eu-central-1:1:function:W:$LATEST"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({}, "a queue's message  m-1"),
        (
            {
                "requestContext": {"functionArn": WORKER},
                "requestPayload": 1,
            },
            "W  a run",
        ),
        (
            {
                "timestamp": "2026-11-28T00:00:00Z",
                "requestContext": {
                    "functionArn": WORKER,
                    "condition": "RetriesExhausted",
                },
                "requestPayload": {"detail-type": "trace.completed"},
                "responsePayload": "a text",
            },
            "2026-11-28T00:00:00Z  W  trace.completed  RetriesExhausted",
        ),
    ],
)
def test_what_is_said_of_a_letter(said, line):
    assert str(Letter("m-1", "r-1", "", said)) == line
