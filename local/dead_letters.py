"""What workers gave up on: the messages of a stack's dead-letter queue, and how each is brought back to its worker.

    {"requestPayload": …, "requestContext": {"functionArn"}}   an event of the bus, of S3 or of a schedule: invoke again
    {"DDBStreamBatchInfo": …, "requestContext": {…}}           where a batch is in the table's stream: read it, invoke
    anything else                                              a message of the one queue whose letters come here: send

The first two are what Lambda writes of a failed run
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html,
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html). A letter is deleted when its work is done:
whoever dies in between leaves it to be done again, for workers may see an event twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.event_patterns import matches, parse
from local.stream_source import as_lambda_has_it
from wakeline.adapters.aws import code_of

HIDDEN = 960
"""Seconds a letter is kept from others meanwhile: the longest run of a function, and a minute."""
_CHUNK = 4 * 1024 * 1024
_FORGOTTEN = ("TrimmedDataAccessException", "ResourceNotFoundException")


class NotDone(Exception):
    """Why a letter stays, for people."""


class Forgotten(NotDone):
    """What a letter stands for is in the stream no more."""


@dataclass(frozen=True)
class Letter:
    """One dead letter. `said` is its body, read."""

    id: str
    receipt: str
    body: str
    said: dict[str, Any]

    @property
    def worker(self) -> str | None:
        """ARN of the function that gave up; None of a queue's message."""
        arn: str | None = self.said.get("requestContext", {}).get("functionArn")
        return arn.removesuffix(":$LATEST") if arn else None

    @property
    def batch(self) -> dict[str, Any] | None:
        """Where the records are that a reader of the stream gave up on."""
        return self.said.get("DDBStreamBatchInfo")

    def __str__(self) -> str:
        worker = (self.worker or "a queue's message").rsplit(":", 1)[-1]
        failure = self.said.get("responsePayload")
        why = failure.get("errorMessage") if isinstance(failure, dict) else None
        why = why or self.said.get("requestContext", {}).get("condition", "")
        if self.batch:
            what = f"{self.batch['batchSize']} records of the stream"
        else:
            payload = self.said.get("requestPayload")
            kind = payload.get("detail-type", "a run") if isinstance(payload, dict) else "a run"
            what = kind if self.worker else self.id
        return "  ".join(part for part in (self.said.get("timestamp", ""), worker, what, str(why)[:200]) if part)


class DeadLetters:
    """The dead-letter queue of a stack; `aws(service)` makes a client, and `functions` is one of Lambda."""

    def __init__(self, queue: str, aws: Callable[[str], Any], functions: Any) -> None:
        """`queue` is the queue's ARN."""
        self._sqs, self._aws, self._functions = aws("sqs"), aws, functions
        self._url = self._sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
        self._held: dict[str, Letter] = {}

    def count(self) -> int:
        """How many there are, about, those in somebody's hands included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return sum(int(told[name]) for name in names)

    def each(self, at_once: int = 1) -> Iterator[Letter]:
        """Every letter once, hidden from others; in the end those that are still there can be seen again."""
        met: set[str] = set()
        try:
            while found := self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=at_once, VisibilityTimeout=HIDDEN, WaitTimeSeconds=1
            ).get("Messages"):
                letters = [_read(each) for each in found]
                self._held |= {letter.id: letter for letter in letters}
                new = [letter for letter in letters if letter.id not in met]
                met |= {letter.id for letter in new}
                yield from new
        finally:
            for letter in self._held.values():
                with suppress(self._sqs.exceptions.MessageNotInflight):  # it can be seen already
                    self._sqs.change_message_visibility(
                        QueueUrl=self._url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
                    )
            self._held.clear()

    def redrive(self, letter: Letter) -> None:
        """Bring it back to its worker, then delete it. Raises `NotDone`."""
        if letter.batch is not None:
            for records in self._records(letter, letter.batch):
                self._invoke(letter, {"Records": records})
        elif letter.worker is not None:
            self._invoke(letter, letter.said.get("requestPayload"))
        else:
            self._sqs.send_message(QueueUrl=self._source(), MessageBody=letter.body)
        self.delete(letter)

    def delete(self, letter: Letter) -> None:
        """Take it out of the queue."""
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)
        self._held.pop(letter.id, None)

    def _invoke(self, letter: Letter, payload: Any) -> None:
        try:
            answer = self._functions.invoke(FunctionName=letter.worker, Payload=json.dumps(payload).encode())
        except (BotoCoreError, ClientError) as error:
            raise NotDone(f"it cannot be run: {error}") from error
        said = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise NotDone(f"it failed again: {(said or {}).get('errorMessage', answer['FunctionError'])}")
        if letter.batch is not None and said["batchItemFailures"]:
            raise NotDone("it failed again, on a record of the batch; see the function's log")

    def _source(self) -> str:
        """URL of the queue whose messages end here."""
        sources = self._sqs.list_dead_letter_source_queues(QueueUrl=self._url).get("queueUrls", [])
        if len(sources) != 1:
            raise NotDone(f"it is a queue's message, and {len(sources)} queues send theirs here")
        return str(sources[0])

    def _records(self, letter: Letter, batch: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """A batch's records in pieces that Lambda takes, without those that the reader's filters leave out."""
        if "payload" in letter.said:
            yield json.loads(letter.said["payload"])["Records"]
            return
        patterns = self._filters(letter, batch)
        piece: list[dict[str, Any]] = []
        size = 0
        for found in self._read_stream(batch):
            record = as_lambda_has_it(found, batch["streamArn"])
            if patterns and not any(matches(each, record) for each in patterns):
                continue
            length = len(json.dumps(record))
            if piece and size + length > _CHUNK:
                yield piece
                piece, size = [], 0
            piece, size = [*piece, record], size + length
        if piece:
            yield piece

    def _filters(self, letter: Letter, batch: dict[str, Any]) -> list[Mapping[str, Any]]:
        mappings = self._functions.list_event_source_mappings(
            FunctionName=letter.worker, EventSourceArn=batch["streamArn"]
        )["EventSourceMappings"]
        said = [each for mapping in mappings for each in mapping.get("FilterCriteria", {}).get("Filters", [])]
        return [parse(each["Pattern"]) for each in said]

    def _read_stream(self, batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
        streams = self._aws("dynamodbstreams")
        last = int(batch["endSequenceNumber"])
        try:
            iterator = streams.get_shard_iterator(
                StreamArn=batch["streamArn"],
                ShardId=batch["shardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch["startSequenceNumber"],
            )["ShardIterator"]
            while iterator:
                answer = streams.get_records(ShardIterator=iterator)
                for record in answer["Records"]:
                    if int(record["dynamodb"]["SequenceNumber"]) > last:
                        return
                    yield record
                    if int(record["dynamodb"]["SequenceNumber"]) == last:
                        return
                iterator = answer.get("NextShardIterator")
        except ClientError as error:
            if code_of(error) not in _FORGOTTEN:
                raise
            raise Forgotten(
                "the stream has forgotten it: wakeline rebuild makes the views anew, then --discard"
            ) from error


def _read(message: dict[str, Any]) -> Letter:
    try:
        said = json.loads(message["Body"])
    except ValueError:
        said = {}
    return Letter(
        message["MessageId"], message["ReceiptHandle"], message["Body"], said if isinstance(said, dict) else {}
    )
