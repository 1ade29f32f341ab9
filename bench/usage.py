"""What each function of the template uses while a workload runs: AWS calls, capacity units, processor time, logs."""

import json
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from botocore.awsrequest import AWSPreparedRequest

from bench.rig import TEMPLATE
from local import seeds
from local.capacity import item_size, record_calls
from local.dynamodb_dispatch import body_of
from local.engine import Answer, Engine
from local.functions import Functions
from local.metering import indexes, wire
from local.stack import Stack, run
from local.template import Function

S3_WRITES = ("Put", "Copy", "Post", "List", "Create", "Complete", "Upload")
"""How the S3 operations begin that AWS charges as writes; all others but deletions, which are free, are reads."""
ITEM_OVERHEAD = 100
"""Bytes that DynamoDB bills of every stored item beside its own; the same again for its entry in an index."""


@dataclass
class Usage:
    """What some invocations used; adds up and scales."""

    invocations: float = 0
    cpu_ms: float = 0
    """Processor time of the handler's own thread, without the embedded engine's."""
    dynamodb: float = 0
    rcu: float = 0
    wcu: float = 0
    s3_writes: float = 0
    s3_reads: float = 0
    bus_events: float = 0
    other: float = 0
    """Calls of other services, the bus's among them."""
    log_bytes: float = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def times(self, factor: float) -> "Usage":
        """So many times this."""
        return Usage(*(getattr(self, each.name) * factor for each in fields(self)))


class Metered(Functions):
    """Functions that run one at a time, so that whatever is called meanwhile belongs to the one that runs."""

    def __init__(self, template: Any) -> None:
        super().__init__(template)
        self.usage: dict[str, Usage] = {}
        self._turn = threading.RLock()
        self._engine_seconds = 0.0
        self._bus: Counter[str] = Counter()
        self._running = ""

    def watch(self, engine: Engine) -> None:
        """Tell the engine's processor time from the functions', and count what is put on the bus."""
        inner = engine.perform

        def perform(service: str, operation: str, request: AWSPreparedRequest) -> Answer | None:
            began = time.thread_time()
            try:
                return inner(service, operation, request)
            finally:
                self._engine_seconds += time.thread_time() - began

        def count(service: str, operation: str, request: AWSPreparedRequest, answer: Answer) -> None:
            if service == "eventbridge" and operation == "PutEvents" and answer[0] < 300:
                self._bus[self._running] += len(json.loads(body_of(request))["Entries"])

        engine.perform = perform  # type: ignore[method-assign]
        engine.after_call.append(count)

    def invoke(self, function: Function, event: Any, request_id: str | None = None) -> Any:
        """As the stack does it, alone and counted; failed invocations count too."""
        with self._turn, record_calls() as calls:
            self._running = name = function.logical_id
            events, logged, engine = self._bus[name], _logs.size, self._engine_seconds
            began = time.thread_time()
            try:
                return super().invoke(function, event, request_id)
            finally:
                spent = time.thread_time() - began - (self._engine_seconds - engine)
                s3 = [call.operation for call in calls.calls if call.service == "s3"]
                written = sum(1 for each in s3 if each.startswith(S3_WRITES))
                self.usage[name] = self.usage.get(name, Usage()) + Usage(
                    invocations=1,
                    cpu_ms=spent * 1000,
                    dynamodb=len(calls.dynamodb),
                    rcu=calls.rcu,
                    wcu=calls.wcu,
                    s3_writes=written,
                    s3_reads=len(s3) - written - sum(1 for each in s3 if each.startswith("Delete")),
                    bus_events=self._bus[name] - events,
                    other=sum(1 for call in calls.calls if call.service not in ("dynamodb", "s3")),
                    log_bytes=_logs.size - logged,
                )

    def take(self) -> dict[str, Usage]:
        """What was used since the last time this was asked, by function."""
        with self._turn:
            found, self.usage = self.usage, {}
        return found

    def serves_http(self, name: str) -> bool:
        """Whether API Gateway calls it."""
        return any(event.kind == "Api" for event in self.all[name].events)

    def is_scheduled(self, name: str) -> bool:
        """Whether the clock starts it."""
        return any(event.kind.startswith("Schedule") for event in self.all[name].events)


class _Counted(logging.StreamHandler[Any]):
    """Measures the lines of the log instead of printing them."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.size += len(self.format(record).encode()) + 1


_logs = _Counted()


@contextmanager
def metered() -> Iterator[tuple[Stack, Metered]]:
    """The whole stack with all its workers and the local credentials, each function counted, until the block ends."""
    os.environ["POWERTOOLS_LOG_LEVEL"] = "INFO"
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"  # costs.py adds the line that each request writes
    with run(TEMPLATE, parameters=seeds.parameters("unlimited"), made=Metered) as stack:
        seeds.write_credentials(stack.engine, "unlimited")
        functions = stack.functions
        if not isinstance(functions, Metered):
            raise TypeError("the stack runs other functions")
        functions.watch(stack.engine)
        with _diverted_logs():
            yield stack, functions


@contextmanager
def _diverted_logs() -> Iterator[None]:
    from wakeline.observability import logger

    # Powertools' logger stands before the standard library's of its service's name, which has the handlers.
    standard = logging.getLogger("wakeline")
    _logs.setFormatter(logger().registered_formatter)
    before, standard.handlers = standard.handlers, [_logs]
    try:
        yield
    finally:
        standard.handlers = before


@dataclass(frozen=True)
class Stored:
    """Bytes: in the table and its indexes as DynamoDB bills them, in objects, and in objects' former versions."""

    table: float
    objects: float
    superseded: float

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(self.table + other.table, self.objects + other.objects, self.superseded + other.superseded)

    def times(self, factor: float) -> "Stored":
        """So many times this."""
        return Stored(self.table * factor, self.objects * factor, self.superseded * factor)


def stored(stack: Stack) -> Stored:
    """What there is now."""
    table_bytes = 0
    with stack.engine.lock:
        for table in stack.engine.tables().values():
            held = indexes(table)
            for partition in table.items.values():
                for each in partition.values():
                    item = wire(each) or {}
                    table_bytes += item_size(item) + ITEM_OVERHEAD
                    entries = [entry for entry in (index.entry(item) for index in held) if entry is not None]
                    table_bytes += sum(item_size(entry) + ITEM_OVERHEAD for entry in entries)
    s3 = stack.engine.client("s3")
    objects = superseded = 0
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket["Name"]):
            for version in page.get("Versions", []):
                objects += version["Size"] if version["IsLatest"] else 0
                superseded += 0 if version["IsLatest"] else version["Size"]
    return Stored(table_bytes, objects, superseded)
