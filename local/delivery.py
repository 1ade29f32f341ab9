"""Brings stream records, bus events, schedules and queue messages to the functions the template names for them."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.awsrequest import AWSPreparedRequest

from local.async_delivery import AsyncInvoker, QueuePoller, Schedule
from local.dynamodb_dispatch import body_of
from local.engine import Answer, Engine
from local.event_patterns import matches
from local.functions import Functions
from local.s3_events import object_created
from local.stream_delivery import StreamDelivery
from local.stream_records import Record
from local.template import ACCOUNT, REGION, Function

_RULE_EVENTS = ("EventBridgeRule", "CloudWatchEvent")
_SCHEDULE_EVENTS = ("Schedule", "ScheduleV2")


class Delivery:
    """Everything that is delivered in the background.

    `acknowledge(name, sequence)` is told of delivered stream records.
    """

    def __init__(
        self, engine: Engine, functions: Functions, acknowledge: Callable[[str, int], None] = lambda *_: None
    ) -> None:
        self._engine, self._functions = engine, functions
        self.streams: list[StreamDelivery] = []
        self.schedules: dict[str, Schedule] = {}
        self._invokers: dict[str, AsyncInvoker] = {}
        self._pollers: list[QueuePoller] = []
        self._rules: list[tuple[str, dict[str, Any], Function]] = []
        self._stopping = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="schedules", daemon=True)
        for function in functions.all.values():
            for event in function.events:
                if event.kind == "DynamoDB":
                    self.streams.append(StreamDelivery(functions, function, event, self._send_letter, acknowledge))
                elif event.kind in _RULE_EVENTS:
                    bus = str(event.properties.get("EventBusName", "default"))
                    self._rules.append((bus.rsplit("/", 1)[-1], event.properties["Pattern"], function))
                    self._invoker(function)
                elif event.kind in _SCHEDULE_EVENTS:
                    name = f"{function.logical_id}.{event.name}"
                    self.schedules[name] = Schedule(name, self._invoker(function), function, event)
                elif event.kind == "SQS":
                    queue = str(event.properties["Queue"]).rsplit(":", 1)[-1]
                    self._pollers.append(QueuePoller(functions, function, event, engine.client("sqs"), queue))

    def start(self) -> None:
        """Begin to deliver."""
        self._engine.after_call.append(self._watch)
        for each in self._parts():
            each.start()
        self._clock.start()

    def offer(self, record: Record) -> None:
        """Hand a stream record to every function that reads its stream."""
        for stream in self.streams:
            if stream.stream == record["eventSourceARN"]:
                stream.offer(record)

    def drain(self, timeout: float = 30.0) -> None:
        """Wait until everything offered so far, and what that led to, was delivered. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        waiters = self._parts()
        while True:
            if not all(each.idle(deadline) for each in waiters):
                raise TimeoutError(f"deliveries were still under way after {timeout} s")
            # One worker's last act may be another's first: done only when all are found idle in one look.
            if all(each.quiet() for each in self._invokers.values()) and not any(
                each.pending() for each in self.streams
            ):
                return

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopping.set()
        if self._watch in self._engine.after_call:
            self._engine.after_call.remove(self._watch)
        for each in self._parts():
            each.stop()
        if self._clock.is_alive():
            self._clock.join(timeout=10)

    def put_event(self, bus: str, event: dict[str, Any]) -> int:
        """Queue an event (in EventBridge's envelope) for every rule of the bus it matches; how many those were."""
        matched = [function for name, pattern, function in self._rules if name == bus and matches(pattern, event)]
        for function in matched:
            self._invoker(function).offer(event)
        return len(matched)

    def _parts(self) -> list[StreamDelivery | AsyncInvoker | QueuePoller]:
        return [*self.streams, *self._invokers.values(), *self._pollers]

    def _invoker(self, function: Function) -> AsyncInvoker:
        if function.logical_id not in self._invokers:
            self._invokers[function.logical_id] = AsyncInvoker(self._functions, function, self._send_letter)
        return self._invokers[function.logical_id]

    def _watch(self, service: str, operation: str, request: AWSPreparedRequest, answer: Answer) -> None:
        """Sees every call into the engine: picks out events put on a bus and messages sent to a queue."""
        if answer[0] >= 300:
            return
        if service == "eventbridge" and operation == "PutEvents":
            results = json.loads(answer[2])["Entries"]
            for entry, result in zip(json.loads(body_of(request))["Entries"], results, strict=True):
                if "EventId" in result:
                    bus = entry.get("EventBusName", "default").rsplit("/", 1)[-1]
                    self.put_event(bus, _envelope(entry, result["EventId"]))
        elif service == "s3":
            created = object_created(self._engine.template, operation, request, answer)
            if created is not None:
                self.put_event("default", created)
        elif service == "sqs" and operation.startswith("SendMessage"):
            for poller in self._pollers:
                poller.nudge()

    def _send_letter(self, destination: str, letter: Any) -> None:
        """Send what could not be handled to an SQS queue, given by ARN or URL."""
        sqs = self._engine.client("sqs")
        name = destination.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=json.dumps(letter))

    def _tick(self) -> None:
        while not self._stopping.wait(timeout=0.5):
            now = datetime.now(UTC)
            for schedule in self.schedules.values():
                schedule.tick(now)


def _envelope(entry: dict[str, Any], event_id: str) -> dict[str, Any]:
    moment = datetime.fromtimestamp(entry["Time"], UTC) if "Time" in entry else datetime.now(UTC)
    return {
        "version": "0",
        "id": event_id or str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": entry.get("Resources", []),
        "detail": json.loads(entry["Detail"]),
    }
