"""AWS calls that go wrong, one at a time: refused, failed, conflicting, or carried out with the answer lost."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from local.dynamodb_dispatch import body_of
from local.engine import Answer, Engine

REFUSED = ("throttled", "failed", "timed out")
"""What keeps a call from being carried out; AWS's client library tries each of them again, four times in all."""

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem", "PutObject"})


@dataclass(frozen=True)
class Seen:
    """One call, with all its attempts."""

    service: str
    operation: str
    may_conflict: bool

    @property
    def writes(self) -> bool:
        return self.operation in WRITES

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True)
class Fault:
    """What happens to the call number `at` (from 0).

    `throttled`, `failed` and `timed out` refuse every attempt; `lost` carries the first attempt out and loses its
    answer, so that the library sends it again; `cut off` loses the answers of all; `conflict` says once that another
    writer was faster: of a transaction, or of a condition on what was read before.
    """

    at: int
    kind: str


@dataclass
class Breaking:
    """Stands between the product and the engine: counts calls, and does to one of them what `fault` says."""

    fault: Fault | None = None
    seen: list[Seen] = field(default_factory=list)
    _lost: Answer | None = None

    def __call__(
        self, service: str, operation: str, request: AWSPreparedRequest, carry_out: Callable[[], Answer | None]
    ) -> Answer | None:
        first = _attempt(request) == 1
        if first:
            self.seen.append(Seen(service, operation, service == "dynamodb" and _can_conflict(operation, request)))
        if self.fault is None or self.fault.at != len(self.seen) - 1:
            return carry_out()
        match self.fault.kind:
            case "throttled":
                return _throttled(service)
            case "failed":
                return _failed(service)
            case "conflict" if first:
                return _conflict(operation, request)
            case "lost" | "cut off" if first:
                self._lost = carry_out()
            case "lost" if operation == "TransactWriteItems":
                # It bears a ClientRequestToken, by which DynamoDB knows that it has done it. moto does not.
                return self._lost
            case "conflict" | "lost":
                return carry_out()
        raise ReadTimeoutError(endpoint_url=request.url)


@contextmanager
def breaking(engine: Engine, fault: Fault | None = None) -> Iterator[Breaking]:
    """Do to the calls of this block what `fault` says, or only note them."""
    made = Breaking(fault)
    engine.instead = made
    try:
        yield made
    finally:
        engine.instead = None


def faults(seen: list[Seen], first: int = 0) -> list[Fault]:
    """Every fault of every call from number `first` on. The three that refuse take turns: they end in one place."""
    made = []
    for at, call in enumerate(seen):
        if at < first:
            continue
        made.append(Fault(at, REFUSED[at % len(REFUSED)]))
        if call.writes:
            made += [Fault(at, "lost"), Fault(at, "cut off")]
        if call.may_conflict:
            made.append(Fault(at, "conflict"))
    return made


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
