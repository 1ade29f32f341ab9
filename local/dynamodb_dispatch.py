"""The short way from a DynamoDB request to moto's action and back.

moto routes each request through a few hundred URL patterns and walks the service model twice, more than the rest of
the call together. The hot operations skip that: parse the JSON, run moto's action, write the JSON; `direct_calls` goes
without the JSON too. Whatever is not plain (an unknown operation, an error) goes the long way, so error bodies are
moto's own.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

from local.template import ACCOUNT, REGION

ACTIONS = {
    "BatchGetItem": "batch_get_item",
    "DeleteItem": "delete_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
}


def dispatch(operation: str, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes] | None:
    """The answer, or None when the request must go the long way."""
    if operation not in ACTIONS:
        return None
    body = act(operation, _from_wire(json.loads(body_of(request))))
    if body is None:
        return None
    raw = json.dumps(body, default=_to_wire).encode()
    return 200, {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(binascii.crc32(raw))}, raw


def act(operation: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
    """moto's answer to parameters that it may keep, binary values as bytes; None when this must go the long way."""
    action = ACTIONS.get(operation)
    if action is None:
        return None
    handler = DynamoHandler()
    handler.region = REGION
    handler.current_account = ACCOUNT
    handler.body = handler.params = parameters
    try:
        result = getattr(handler, action)()
    except Exception:
        # Nothing was written: the model undoes a refused write. The long way says the same in moto's own words.
        return None
    answer: Any = result.result if isinstance(result, ActionResult) else result
    return dict(answer)


def body_of(request: AWSPreparedRequest) -> bytes:
    """The request's body as bytes."""
    body: Any = request.body
    if body is None or isinstance(body, str):
        return (body or "").encode()
    return bytes(body.read() if hasattr(body, "read") else body)


def _from_wire(value: Any) -> Any:
    """Binary values as bytes, as moto's own parser gives them."""
    if isinstance(value, dict):
        if len(value) == 1:
            kind, content = next(iter(value.items()))
            if kind == "B" and isinstance(content, str):
                return {"B": base64.b64decode(content)}
            if kind == "BS" and isinstance(content, list):
                return {"BS": [base64.b64decode(each) for each in content]}
            if kind in ("S", "N", "BOOL", "NULL"):
                return value if not isinstance(content, dict) else {kind: _from_wire(content)}
        return {key: _from_wire(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_from_wire(each) for each in value]
    return value


def _to_wire(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "to_json"):
        return value.to_json()
    raise TypeError(f"{type(value).__name__} in a DynamoDB answer")
