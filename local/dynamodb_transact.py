"""The one kind of transaction that is hot here, without moto's parsing: new items put, counters added to.

Anything else, and whatever moto would refuse, is left to moto, so its errors are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

_PUT = {"TableName", "Item", "ConditionExpression"}
_ADD = {"TableName", "Key", "UpdateExpression", "ExpressionAttributeValues"}

COUNTER = "n"
"""The attribute that the product counts in; others may be reserved words, which moto knows."""

Key = dict[str, Any]
Step = tuple[Table, Key, Item | None, tuple[str, int] | None]
"""A table, an item's attributes or its key, what is stored there, and what to add to it; None where the item is put."""


def counted(entry: dict[str, Any]) -> tuple[str, int] | None:
    """(attribute, number) of an entry that only adds a whole number to one attribute."""
    said = entry.get("Update")
    if not isinstance(said, dict) or said.keys() != _ADD or len(said["ExpressionAttributeValues"]) != 1:
        return None
    ((name, value),) = said["ExpressionAttributeValues"].items()
    words = said["UpdateExpression"].split()
    number = value.get("N", "")
    if len(words) != 3 or words[0] != "ADD" or words[2] != name or words[1] != COUNTER:
        return None
    return (words[1], int(number)) if number.removeprefix("-").isdecimal() else None


def new_item(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The attributes of an entry that puts an item where none is."""
    said = entry.get("Put")
    if not isinstance(said, dict) or said.keys() != _PUT:
        return None
    attributes: dict[str, Any] = said["Item"]
    return attributes if said["ConditionExpression"] == "attribute_not_exists(pk)" else None


def plan(
    backend: DynamoDBBackend, entries: list[dict[str, Any]], stored: Callable[[Table, Key], Item | None]
) -> list[Step] | None:
    """What to do in which table. None when this is no such transaction, names an item twice, or would fail."""
    steps: list[Step] = []
    seen: set[tuple[str, str, str]] = set()
    for entry in entries:
        if len(entry) != 1 or len(entries) > 100:
            return None
        (said,) = entry.values()
        table = backend.tables.get(said.get("TableName", ""))
        put, added = new_item(entry), counted(entry)
        if table is None or (put is None and added is None):
            return None
        if (table.hash_key_attr, table.range_key_attr) != ("pk", "sk") or (added and added[0] in ("pk", "sk")):
            return None
        key = put if put is not None else said["Key"]
        place = (table.name, str(key.get("pk")), str(key.get("sk")))
        if place in seen:
            return None
        seen.add(place)
        item = stored(table, key)
        if item is not None and (added is None or not addable(item, added[0])):
            return None
        steps.append((table, key, item, added))
    return steps


def addable(item: Item, attribute: str) -> bool:
    """Whether an item's attribute is absent or a whole number."""
    held = item.attrs.get(attribute)
    return held is None or (held.type == "N" and str(held.value).removeprefix("-").isdecimal())


def add(item: Item, attribute: str, number: int) -> None:
    """Add to an addable attribute of an item in place."""
    held = item.attrs.get(attribute)
    item.attrs[attribute] = DynamoType({"N": str(number + (int(held.value) if held is not None else 0))})
