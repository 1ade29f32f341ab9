"""The product's own calls of the embedded AWS, answered without HTTP.

botocore writes each call as a signed HTTP request and reads the answer back; here both ends are in one process, and
that took nine tenths of a call. The hot operations of a client go from its parameters to moto's action and back as
plain values. Whatever is not plain goes botocore's way, with the same result: clients that check their parameters,
calls that are being counted, other operations, and everything that is refused, so that errors are botocore's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient
from botocore.validate import ParamValidationDecorator

from local.template import ACCOUNT

Call = Callable[[str, str, dict[str, Any]], dict[str, Any] | None]
"""(service, operation, parameters) to the answer without metadata, or None where botocore is to make the call."""

ANSWERED = {
    "BatchGetItem": ("Responses", "UnprocessedKeys"),
    "DeleteItem": ("Attributes", "ItemCollectionMetrics"),
    "GetItem": ("Item",),
    "PutItem": ("Attributes", "ItemCollectionMetrics"),
    "Query": ("Items", "Count", "ScannedCount", "LastEvaluatedKey"),
    "TransactWriteItems": ("ItemCollectionMetrics",),
    "UpdateItem": ("Attributes", "ItemCollectionMetrics"),
}
"""The operations that are answered so, and what is in their answers; moto says more, which botocore drops."""

_METADATA = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0, "RequestId": f"direct-{ACCOUNT}"}


@contextmanager
def direct_calls(call: Call) -> Iterator[None]:
    """Ask `call` first, for every client of this process, until the block ends."""
    patched: Any = BaseClient  # the method is private, and so left out of its types
    original = patched._make_api_call

    def make(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if not isinstance(self._serializer, ParamValidationDecorator):
            answer = call(self.meta.service_model.service_name, operation, parameters)
            if answer is not None:
                return {**answer, "ResponseMetadata": {**_METADATA}}
        return original(self, operation, parameters)

    patched._make_api_call = make
    try:
        yield
    finally:
        patched._make_api_call = original


def own(value: Any) -> Any:
    """Parameters as moto may keep them: what the caller holds on to is not shared."""
    if isinstance(value, dict):
        return {key: own(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [own(each) for each in value]
    return bytes(value) if isinstance(value, bytearray | memoryview) else value
