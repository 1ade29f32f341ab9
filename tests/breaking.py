"""AWS calls that go wrong, one at a time: refused, failed, conflicting, done in part, or done with the answer lost."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from local.dynamodb_dispatch import body_of
from local.engine import Answer, Engine
from tests.fakes.dying import Died

REFUSED = ("throttled", "failed", "timed out")
"""What keeps a call from being carried out; AWS's client library tries each of them again, four times in all."""

WRITES = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
        *("PutObject", "DeleteObject", "DeleteObjects"),
        *("PutEvents", "SendMessage", "PostToConnection", "DeleteConnection"),
    }
)

IN_PART = frozenset({"BatchGetItem", "BatchWriteItem", "PutEvents", "DeleteObjects"})
"""Calls whose answer may say that a part of them was not done."""

Service = Callable[[str, AWSPreparedRequest], Answer]
"""Answers the calls (operation, request) of a service that the engine does not have."""


@dataclass(frozen=True)
class Seen:
    """One call, with all its attempts."""

    service: str
    operation: str
    about: str
    may_conflict: bool

    @property
    def writes(self) -> bool:
        return self.operation in WRITES

    def __str__(self) -> str:
        return f"{self.service}.{self.operation} {self.about}"


@dataclass(frozen=True)
class Fault:
    """What happens to the call number `at` (from 0).

    `throttled`, `failed` and `timed out` refuse every attempt; `lost` carries the first attempt out and loses its
    answer, so that the library sends it again; `cut off` loses the answers of all; `conflict` says once that another
    writer was faster: of a transaction, or of a condition on what was read before; `in part` leaves the last part of a
    batch undone and says so; `killed` carries the call out, and the process is gone (`Died`).
    """

    at: int
    kind: str


@dataclass
class Breaking:
    """Stands between the product and the engine: counts calls, and does to one of them what `fault` says."""

    fault: Fault | None = None
    services: Mapping[str, Service] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    _lost: Answer | None = None

    def __call__(
        self, service: str, operation: str, request: AWSPreparedRequest, carry_out: Callable[[], Answer | None]
    ) -> Answer | None:
        first = _attempt(request) == 1
        if service in self.services:
            carry_out = partial(self.services[service], operation, request)
        if first:
            may_conflict = service == "dynamodb" and _can_conflict(operation, request)
            self.seen.append(Seen(service, operation, _about(service, request), may_conflict))
        if self.fault is None or self.fault.at != len(self.seen) - 1:
            return carry_out()
        match self.fault.kind:
            case "throttled":
                return _throttled(service)
            case "failed":
                return _failed(service)
            case "conflict" if first:
                return _conflict(operation, request)
            case "in part" if first:
                return _in_part(operation, request, carry_out)
            case "killed":
                carry_out()
                raise Died(f"after {self.seen[-1]}")
            case "lost" | "cut off" if first:
                self._lost = carry_out()
            case "lost" if operation == "TransactWriteItems":
                # It bears a ClientRequestToken, by which DynamoDB knows that it has done it. moto does not.
                return self._lost
            case "conflict" | "lost" | "in part":
                return carry_out()
        raise ReadTimeoutError(endpoint_url=request.url)


@contextmanager
def breaking(
    engine: Engine, fault: Fault | None = None, services: Mapping[str, Service] | None = None
) -> Iterator[Breaking]:
    """Do to the calls of this block what `fault` says, or only note them."""
    made = Breaking(fault, services or {})
    engine.instead = made
    try:
        yield made
    finally:
        engine.instead = None


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before the next attempt, and there is no end of attempts."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    # botocore tries less and less when much fails; here, much fails in one process.
    monkeypatch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda *_: True)


def faults(seen: list[Seen], first: int = 0) -> list[Fault]:
    """Every fault of every call from number `first` on. The three that refuse take turns: they end in one place; of
    reads of one kind in a row (a page behind a page, a shard beside a shard) it is the first and the last.

    Without `killed`, which an HTTP client cannot tell from `cut off`.
    """
    made = []
    for at, call in enumerate(seen):
        if at < first or (not call.writes and seen[at - 1 : at] == [call] == seen[at + 1 : at + 2]):
            continue
        made.append(Fault(at, REFUSED[at % len(REFUSED)]))
        if call.writes:
            made += [Fault(at, "lost"), Fault(at, "cut off")]
        if call.may_conflict:
            made.append(Fault(at, "conflict"))
        if call.operation in IN_PART:
            made.append(Fault(at, "in part"))
    return made


def deaths(seen: list[Seen]) -> list[Fault]:
    """The process dies after each of its writes."""
    return [Fault(at, "killed") for at, call in enumerate(seen) if call.writes]


def _about(service: str, request: AWSPreparedRequest) -> str:
    """What kind of thing a call is about: the prefix of a partition, or of a file."""
    if service == "s3":
        return "/".join(request.url.split("?")[0].split("/")[3:5])
    found = re.search(rb'"S": ?"([A-Z]+)#', _bytes(request))
    return found[1].decode() if found else ""


def _can_conflict(operation: str, request: AWSPreparedRequest) -> bool:
    """Whether another writer could be faster. That a new id is taken, or a known one gone, would be a lie."""
    said = json.loads(_bytes(request))
    condition = said.get("ConditionExpression", "attribute_")
    return operation == "TransactWriteItems" or "attribute_" not in condition


def _attempt(request: AWSPreparedRequest) -> int:
    said = request.headers.get("amz-sdk-request", "attempt=1")
    return int(str(said).partition("attempt=")[2].partition(";")[0])


def _bytes(request: AWSPreparedRequest) -> bytes:
    body = body_of(request)
    return body if isinstance(body, bytes) else str(body).encode()


def _json(status: int, kind: str, **more: Any) -> Answer:
    return status, {"x-amzn-errortype": kind}, json.dumps({"__type": kind, "message": "injected", **more})


def _xml(status: int, code: str) -> Answer:
    return status, {}, f"<Error><Code>{code}</Code><Message>injected</Message></Error>"


def _throttled(service: str) -> Answer:
    if service == "s3":
        return _xml(503, "SlowDown")
    return _json(400, "ProvisionedThroughputExceededException" if service == "dynamodb" else "ThrottlingException")


def _failed(service: str) -> Answer:
    return _xml(500, "InternalError") if service == "s3" else _json(500, "InternalServerError")


def _conflict(operation: str, request: AWSPreparedRequest) -> Answer:
    if operation != "TransactWriteItems":
        return _json(400, "ConditionalCheckFailedException")
    count = len(json.loads(_bytes(request))["TransactItems"])
    reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in range(count - 1))]
    return _json(400, "TransactionCanceledException", CancellationReasons=reasons)


def _in_part(operation: str, request: AWSPreparedRequest, carry_out: Callable[[], Answer | None]) -> Answer | None:
    """All but the last of what is asked; of one thing, nothing."""
    if operation == "DeleteObjects":
        return (
            200,
            {},
            "<DeleteResult><Error><Code>InternalError</Code><Message>injected</Message></Error></DeleteResult>",
        )
    said = json.loads(_bytes(request))
    if operation == "PutEvents":
        entries = [{"ErrorCode": "InternalFailure", "ErrorMessage": "injected"} for _ in said["Entries"]]
        return _json_ok({"FailedEntryCount": len(entries), "Entries": entries})
    if operation == "BatchGetItem":
        answer = carry_out()
        assert answer is not None
        read = json.loads(answer[2])
        for table, asked in said["RequestItems"].items():
            left = asked["Keys"][-1]
            found = [item for item in read["Responses"].get(table, []) if not left.items() <= item.items()]
            read["Responses"][table] = found
            read["UnprocessedKeys"] = {table: asked | {"Keys": [left]}}
        return _json_ok(read)
    return _json_ok({"UnprocessedItems": said["RequestItems"]})


def _json_ok(said: dict[str, Any]) -> Answer:
    return 200, {}, json.dumps(said)
