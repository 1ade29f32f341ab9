"""Table changes as the records a DynamoDB stream hands to Lambda."""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from local.capacity import item_size
from local.metering import wire
from local.template import REGION

Record = dict[str, Any]


def stream_record(table: Table, old: Item | None, new: Item | None, sequence: int) -> Record | None:
    """The record of one change, with the images the table's stream has; None when the table has no stream."""
    specification = table.stream_specification or {}
    if not specification.get("StreamEnabled"):
        return None
    view = specification["StreamViewType"]
    before, after = wire(old), wire(new)
    keys = {name: (after or before or {})[name] for name in table.table_key_attrs}
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": int(time.time()),
        "Keys": json_form(keys),
        "SequenceNumber": f"{sequence:021d}",
        "SizeBytes": item_size(keys) + sum(item_size(image) for image in (before, after) if image),
        "StreamViewType": view,
    }
    if after is not None and view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
        change["NewImage"] = json_form(after)
    if before is not None and view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
        change["OldImage"] = json_form(before)
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": change,
        "eventSourceARN": f"{table.table_arn}/stream/local",
    }


def json_form(value: Any) -> Any:
    """Wire form with binary values as base64 text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: json_form(each) for key, each in value.items()}
    return [json_form(each) for each in value] if isinstance(value, list | set) else value
