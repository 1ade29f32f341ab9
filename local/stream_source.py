"""The table's stream read from a DynamoDB elsewhere (DynamoDB Local, the real one), as Lambda's poller reads it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from local.stream_records import Record, json_form

PAUSE = 0.2
"""Seconds between two looks at each shard."""


class StreamSource:
    """Hands every change from now on to `offer`, in the order of its shard."""

    def __init__(self, dynamodb: Any, streams: Any, table: str, arn: str, offer: Callable[[Record], None]) -> None:
        """`arn` is what the template calls the stream; records bear it."""
        self._streams, self._arn, self._offer = streams, arn, offer
        self._stream = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._iterators: dict[str, str | None] = {}
        self._look_for_shards("LATEST")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream source", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE):
            try:
                for shard in [each for each, iterator in self._iterators.items() if iterator]:
                    self._read(shard)
                # A shard ends after hours, and others begin where it ended.
                if any(iterator is None for iterator in self._iterators.values()):
                    self._look_for_shards("TRIM_HORIZON")
            except Exception as error:
                if not self._stopping.is_set():
                    print(f"the table's stream cannot be read: {error}", file=sys.stderr)

    def _look_for_shards(self, position: str) -> None:
        request: dict[str, Any] = {"StreamArn": self._stream}
        found: set[str] = set()
        while True:
            said = self._streams.describe_stream(**request)["StreamDescription"]
            for shard in said["Shards"]:
                found.add(shard["ShardId"])
                if shard["ShardId"] not in self._iterators:
                    self._iterators[shard["ShardId"]] = self._streams.get_shard_iterator(
                        StreamArn=self._stream, ShardId=shard["ShardId"], ShardIteratorType=position
                    )["ShardIterator"]
            if "LastEvaluatedShardId" not in said:
                break
            request["ExclusiveStartShardId"] = said["LastEvaluatedShardId"]
        self._iterators = {shard: iterator for shard, iterator in self._iterators.items() if shard in found}

    def _read(self, shard: str) -> None:
        answer = self._streams.get_records(ShardIterator=self._iterators[shard])
        for record in answer["Records"]:
            self._offer(as_lambda_has_it(record, self._arn))
        self._iterators[shard] = answer.get("NextShardIterator")


def as_lambda_has_it(record: dict[str, Any], stream: str) -> Record:
    """A record of GetRecords as a function gets it from the stream of this ARN."""
    change = {name: json_form(value) for name, value in record["dynamodb"].items()}
    change["ApproximateCreationDateTime"] = int(change["ApproximateCreationDateTime"].timestamp())
    kept = {name: record[name] for name in ("eventID", "eventName", "eventVersion", "eventSource", "awsRegion")}
    identity = record.get("userIdentity")
    told = {"userIdentity": {name.lower(): value for name, value in identity.items()}} if identity else {}
    return {**kept, "dynamodb": change, "eventSourceARN": stream} | told
