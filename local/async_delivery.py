"""Asynchronous invocations: bus events, schedules and queue messages brought to their functions."""

from __future__ import annotations

import json
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from local.functions import Functions
from local.queue_thread import QueueThread
from local.schedules import next_time
from local.template import ACCOUNT, REGION, Event, Function

PAUSE = 0.05
"""Seconds before the first of Lambda's two retries of an asynchronous invocation (AWS waits one minute)."""

SendLetter = Callable[[str, dict[str, Any]], None]


class AsyncInvoker(QueueThread):
    """Lambda's queue of asynchronous invocations of one function: in order here, three attempts, then a record of the
    invocation is sent where the function's failures go.
    """

    def __init__(self, functions: Functions, function: Function, send_letter: SendLetter) -> None:
        super().__init__(f"async {function.logical_id}")
        self._functions, self._function, self._send_letter = functions, function, send_letter

    def offer(self, event: Any) -> None:
        """Queue one invocation."""
        self.queue(event)

    def take(self) -> Any:
        """The next event."""
        return self.waiting.popleft()

    def work(self, taken: Any) -> None:
        """Invoke with it."""
        failure: Exception
        for attempt in range(3):
            try:
                self._functions.invoke(self._function, taken)
                return
            except Exception as error:
                failure = error
                print(f"{self._function.logical_id} failed, attempt {attempt + 1} of 3", file=sys.stderr)
                traceback.print_exc()
            with self.changed:
                if attempt < 2 and self.changed.wait_for(lambda: self.stopping, PAUSE * 2**attempt):
                    return
        if self._function.dead_letters:
            self._send_letter(self._function.dead_letters, _invocation(self._function, taken, failure))


def _invocation(function: Function, payload: Any, failure: Exception) -> dict[str, Any]:
    """Lambda's record of a failed invocation.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    return {
        "version": "1.0",
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": f"{function.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": str(failure), "errorType": type(failure).__name__},
    }


class Schedule:
    """One schedule of a function: when it fires next, and the event it sends."""

    def __init__(self, name: str, invoker: AsyncInvoker, function: Function, event: Event) -> None:
        properties = event.properties
        expression = properties.get("ScheduleExpression") or properties["Schedule"]
        state = properties.get("State", "ENABLED" if properties.get("Enabled", True) else "DISABLED")
        self.name, self.expression = name, str(expression)
        self._invoker, self._function = invoker, function
        self._kind, self._input = event.kind, properties.get("Input")
        self._next = next_time(self.expression, datetime.now(UTC)) if state == "ENABLED" else None

    def tick(self, now: datetime) -> None:
        """Fire when it is time; what was missed while the machine slept fires once."""
        if self._next is not None and now >= self._next:
            due, self._next = self._next, next_time(self.expression, max(self._next, now - timedelta(seconds=1)))
            self._invoker.offer(self.event(due))

    def event(self, due: datetime) -> Any:
        """What the function gets."""
        if self._input is not None:
            return json.loads(self._input)
        if self._kind == "ScheduleV2":
            return {}
        return {
            "version": "0",
            "id": f"{self.name}-{due:%Y%m%dT%H%M%S}",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{self.name}"],
            "detail": {},
        }


class QueuePoller:
    """An SQS queue brought to a function in batches; what the function does not handle comes back, or goes to the
    queue's DLQ.
    """

    def __init__(self, functions: Functions, function: Function, event: Event, sqs: Any, queue_name: str) -> None:
        self._functions, self._function, self._sqs = functions, function, sqs
        self._arn = str(event.properties["Queue"])
        self._url = sqs.get_queue_url(QueueName=queue_name)["QueueUrl"]
        self._batch_size = min(10, int(event.properties.get("BatchSize", 10)))
        self._partial = "ReportBatchItemFailures" in event.properties.get("FunctionResponseTypes", [])
        self._stopping = threading.Event()
        self._nudge = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"queue {queue_name}", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def nudge(self) -> None:
        """A message was sent."""
        self._nudge.set()

    def idle(self, deadline: float) -> bool:
        """Wait until the queue holds nothing visible or in flight; False when the deadline (monotonic) comes first."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        while time.monotonic() < deadline:
            counts = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
            if not any(int(count) for count in counts.values()):
                return True
            self._nudge.set()
            time.sleep(0.01)
        return False

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stopping.set()
        self._nudge.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._nudge.wait(timeout=1.0)
            self._nudge.clear()
            while not self._stopping.is_set() and self._batch():
                pass

    def _batch(self) -> bool:
        received = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch_size,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not received:
            return False
        records = [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each.get("Attributes", {}),
                "messageAttributes": {},
                "md5OfBody": each["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": self._arn,
                "awsRegion": REGION,
            }
            for each in received
        ]
        try:
            answer = self._functions.invoke(self._function, {"Records": records})
        except Exception:
            print(f"{self._function.logical_id} failed on {len(records)} messages", file=sys.stderr)
            traceback.print_exc()
            return True
        failed = {each["itemIdentifier"] for each in ((answer or {}).get("batchItemFailures") or []) if self._partial}
        for record in records:
            if record["messageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=record["receiptHandle"])
        return True
