"""`wakeline redrive` and a real table's stream: it reads the records that a reader's letter names, and those alone."""

import io
import json
from typing import Any

import pytest

from local.dead_letters import DeadLetters, Forgotten
from wakeline import settings


class Reader:
    """The function that gave up: takes everything, and has no filters."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def list_event_source_mappings(self, **_: Any) -> Any:
        return {"EventSourceMappings": [{}]}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Any:
        self.seen += json.loads(Payload)["Records"]
        return {"Payload": io.BytesIO(b'{"batchItemFailures": []}')}


@pytest.fixture
def records(engine):
    """Six changes of the table as its stream has them, and where: stream, shard."""
    dynamodb, streams = engine.client("dynamodb"), engine.client("dynamodbstreams")
    for number in range(6):
        item = {"pk": {"S": f"REDRIVE#{number}"}, "sk": {"S": "x"}, "b": {"B": b"\x00z"}}
        dynamodb.put_item(TableName=settings.table_name(), Item=item)
    arn = dynamodb.describe_table(TableName=settings.table_name())["Table"]["LatestStreamArn"]
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
        iterator = streams.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        found = []
        while iterator and (answer := streams.get_records(ShardIterator=iterator))["Records"]:
            found += [each for each in answer["Records"] if "REDRIVE#" in str(each["dynamodb"]["Keys"])]
            iterator = answer.get("NextShardIterator")
        if found:
            return arn, shard["ShardId"], found
    raise AssertionError("the stream says nothing of them")


def redriven(engine, arn: str, shard: str, first: str, last: str) -> list[dict[str, Any]]:
    """Leave a reader's letter and re-drive it; the records that the reader got."""
    queue = str(engine.template.outputs()["DeadLettersArn"])
    sqs = engine.client("sqs")
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
    batch = {"streamArn": arn, "shardId": shard, "startSequenceNumber": first, "endSequenceNumber": last}
    letter = {
        "requestContext": {"functionArn": "arn:aws:lambda:eu-central-1:1:function:Reader"},
        "DDBStreamBatchInfo": {**batch, "batchSize": 3},
    }
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(letter))
    reader = Reader()
    letters = DeadLetters(queue, engine.client, reader)
    for each in letters.each():
        try:
            letters.redrive(each)
        except Forgotten:
            letters.delete(each)
            raise
    assert letters.count() == 0
    return reader.seen


def test_a_batch_is_what_the_letter_names(engine, records):
    arn, shard, found = records
    assert len(found) == 6
    numbers = [each["dynamodb"]["SequenceNumber"] for each in found]
    seen = redriven(engine, arn, shard, numbers[1], numbers[3])
    assert [each["eventID"] for each in seen] == [each["eventID"] for each in found[1:4]]
    assert seen[0]["dynamodb"]["NewImage"] == {"pk": {"S": "REDRIVE#1"}, "sk": {"S": "x"}, "b": {"B": "AHo="}}
    assert {each["eventSourceARN"] for each in seen} == {arn}


def test_a_shard_that_is_gone_is_forgotten(engine, records):
    arn, _, found = records
    number = found[0]["dynamodb"]["SequenceNumber"]
    with pytest.raises(Forgotten):
        redriven(engine, arn, "shardId-00000001614787199999-00000001", number, number)
