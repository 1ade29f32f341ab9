"""One DynamoDB stream delivered to one function, as Lambda's event source mapping does it: in order, in batches, at
least once.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from itertools import islice
from typing import Any

from local.event_patterns import matches, parse
from local.functions import Functions
from local.queue_thread import QueueThread
from local.stream_records import Record
from local.template import Event, Function

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0

SendLetter = Callable[[str, dict[str, Any]], None]
Acknowledge = Callable[[str, int], None]


class StreamDelivery(QueueThread):
    """The queue of records one function still has to see, and the thread that feeds it."""

    def __init__(
        self, functions: Functions, function: Function, event: Event, send_letter: SendLetter, acknowledge: Acknowledge
    ) -> None:
        properties = event.properties
        self.name = f"{function.logical_id}.{event.name}"
        super().__init__(
            f"stream {self.name}",
            int(properties.get("BatchSize", 100)),
            float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        )
        self.stream = str(properties["Stream"])
        self._functions, self._function = functions, function
        self._attempts = int(properties.get("MaximumRetryAttempts", -1))
        self._bisect = bool(properties.get("BisectBatchOnFunctionError", False))
        self._partial = "ReportBatchItemFailures" in properties.get("FunctionResponseTypes", [])
        self._letters = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        self._filters = [parse(each["Pattern"]) for each in properties.get("FilterCriteria", {}).get("Filters", [])]
        self._send_letter, self._acknowledge = send_letter, acknowledge

    def offer(self, record: Record) -> None:
        """Queue a record; one the filters leave out is dropped, as Lambda drops it."""
        if self._filters and not any(matches(each, record) for each in self._filters):
            return
        self.queue(record)

    def pending(self) -> list[Record]:
        """What was not delivered yet."""
        with self.changed:
            return list(self.waiting)

    def take(self) -> list[Record]:
        """The next batch. Records stay queued until they are dealt with: what a restart would redeliver is never
        lost.
        """
        return list(islice(self.waiting, self.batch_size))

    def work(self, taken: list[Record]) -> None:
        """Deliver it."""
        self._deliver(taken, 0)

    def _deliver(self, batch: list[Record], attempt: int) -> None:
        """Deliver a batch until it is done, given up or the stack stops; `attempt` counts failures so far."""
        while batch and not self.stopping:
            failed_at = self._try(batch)
            if failed_at is None:
                return self._done(batch)
            if failed_at > 0:
                self._done(batch[:failed_at])
                batch, attempt = batch[failed_at:], 0
                continue
            attempt += 1
            if 0 <= self._attempts < attempt:
                return self._give_up(batch)
            if self._bisect and len(batch) > 1:
                middle = len(batch) // 2
                self._deliver(batch[:middle], attempt - 1)
                self._deliver(batch[middle:], attempt - 1)
                return None
            with self.changed:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt, 10))
                self.changed.wait_for(lambda: self.stopping, pause)
        return None

    def _try(self, batch: list[Record]) -> int | None:
        """Run the function once: None when all went well, else the index of the first record to try again."""
        try:
            answer = self._functions.invoke(self._function, {"Records": batch})
        except Exception:
            print(f"{self.name} failed on {len(batch)} stream records", file=sys.stderr)
            traceback.print_exc()
            return 0
        if not self._partial:
            return None
        failures = (answer or {}).get("batchItemFailures") or []
        if not failures:
            return None
        numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
        failed = {each.get("itemIdentifier") for each in failures}
        known = [index for index, number in enumerate(numbers) if number in failed]
        return min(known) if known else 0  # an unknown identifier fails the whole batch

    def _done(self, batch: list[Record]) -> None:
        with self.changed:
            for _ in batch:
                self.waiting.popleft()
        self._acknowledge(self.name, int(batch[-1]["dynamodb"]["SequenceNumber"]))

    def _give_up(self, batch: list[Record]) -> None:
        if self._letters:
            numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
            self._send_letter(
                str(self._letters),
                {
                    "requestContext": {
                        "functionArn": f"{self._function.arn}:$LATEST",
                        "condition": "RetryAttemptsExhausted",
                        "approximateInvokeCount": self._attempts + 1,
                    },
                    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
                    "version": "1.0",
                    "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
                    "DDBStreamBatchInfo": {
                        "shardId": "shardId-local",
                        "startSequenceNumber": numbers[0],
                        "endSequenceNumber": numbers[-1],
                        "batchSize": len(batch),
                        "streamArn": self.stream,
                    },
                    # As Lambda says it to a bucket, not to a queue: no stream can be asked for it here.
                    "payload": json.dumps({"Records": batch}),
                },
            )
        self._done(batch)
