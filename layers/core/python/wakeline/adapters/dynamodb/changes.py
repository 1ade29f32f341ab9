"""The table's stream: what a record says, in the product's own words."""

import base64
from typing import Any

from wakeline.domain.feed import Appended
from wakeline.domain.trace import Trace, is_reserved

from . import keys
from .table import Item, plain_item
from .traces import from_item


def appended(record: dict[str, Any]) -> Appended | None:
    """The segment that a record says was committed; None for any other change, and for Wakeline's own traces."""
    key = record["dynamodb"]["Keys"]
    if record["eventName"] != "INSERT" or not key["sk"]["S"].startswith(keys.SEGMENTS_FROM):
        return None
    _, workspace_id, trace_id = key["pk"]["S"].split("#")
    if is_reserved(trace_id):
        return None
    first = int(key["sk"]["S"].removeprefix(keys.SEGMENTS_FROM))
    return Appended(workspace_id, trace_id, first, int(record["dynamodb"]["NewImage"]["n"]["N"]))


def segment_change(record: dict[str, Any]) -> tuple[Appended, bool] | None:
    """The segment that a record says was committed or changed, and whether it was changed; None for anything else."""
    change = record["dynamodb"]
    if "NewImage" not in change or not change["Keys"]["sk"]["S"].startswith(keys.SEGMENTS_FROM):
        return None
    _, workspace_id, trace_id = change["Keys"]["pk"]["S"].split("#")
    first = int(change["Keys"]["sk"]["S"].removeprefix(keys.SEGMENTS_FROM))
    segment = Appended(workspace_id, trace_id, first, int(change["NewImage"]["n"]["N"]))
    return segment, record["eventName"] == "MODIFY"


def head_change(record: dict[str, Any]) -> tuple[Trace | None, Trace] | None:
    """A HEAD before and after; None for any other change, and for Wakeline's own traces.

    HEADs are never removed: deletion leaves a tombstone.
    """
    change = record["dynamodb"]
    if change["Keys"]["sk"]["S"] != keys.HEAD or "NewImage" not in change:
        return None
    if is_reserved(change["Keys"]["pk"]["S"].split("#")[2]):
        return None
    old = from_item(_item(change["OldImage"])) if "OldImage" in change else None
    return old, from_item(_item(change["NewImage"]))


def item_change(record: dict[str, Any]) -> tuple[Item | None, Item | None]:
    """An item before and after; None where it was not there."""
    change = record["dynamodb"]
    before = _item(change["OldImage"]) if "OldImage" in change else None
    return before, _item(change["NewImage"]) if "NewImage" in change else None


def touched_trace(record: dict[str, Any]) -> tuple[str, str] | None:
    """The (workspace, trace) whose HEAD or segment a record concerns; None for any other change, and for Wakeline's own
    traces.
    """
    key = record["dynamodb"]["Keys"]
    if key["sk"]["S"] != keys.HEAD and not key["sk"]["S"].startswith(keys.SEGMENTS_FROM):
        return None
    _, workspace_id, trace_id = key["pk"]["S"].split("#")
    return None if is_reserved(trace_id) else (workspace_id, trace_id)


def listening_workspace(record: dict[str, Any]) -> str | None:
    """The workspace whose clients are to be sent something: its feed grew, a client came, or one fell behind."""
    kind, _, workspace_id = record["dynamodb"]["Keys"]["pk"]["S"].partition("#")
    prefixes = (keys.feed_pk("").rstrip("#"), keys.connections_pk("").rstrip("#"))
    return str(workspace_id) if kind in prefixes else None


def _item(image: dict[str, Any]) -> Item:
    """An image as the table's own items read; in a record, binary values are base64 text."""
    return plain_item({name: _value(value) for name, value in image.items()})


def _value(typed: dict[str, Any]) -> dict[str, Any]:
    ((kind, held),) = typed.items()
    match kind:
        case "B":
            return {"B": base64.b64decode(held)}
        case "L":
            return {"L": [_value(each) for each in held]}
        case "M":
            return {"M": {name: _value(each) for name, each in held.items()}}
    return typed
