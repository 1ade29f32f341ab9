"""The one kind of transaction that is hot here, without moto's parsing: new items put, counters added to.

Anything else, and whatever moto would refuse, is left to moto, so its errors are its own.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

_PUT = {"TableName", "Item", "ConditionExpression"}
_ADD = {"TableName", "Key", "UpdateExpression", "ExpressionAttributeValues"}

Key = dict[str, Any]
Step = tuple[Table, Key, tuple[str, int] | None]
"""A table, an item or its key, and what to add to it; None where the item is put."""


def counted(entry: dict[str, Any]) -> tuple[str, int] | None:
    """(attribute, number) of an entry that only adds a whole number to one attribute."""
    said = entry.get("Update")
    if not isinstance(said, dict) or said.keys() != _ADD or len(said["ExpressionAttributeValues"]) != 1:
        return None
    ((name, value),) = said["ExpressionAttributeValues"].items()
    words = said["UpdateExpression"].split()
    number = value.get("N", "")
    if len(words) != 3 or words[0] != "ADD" or words[2] != name or not words[1].isidentifier():
        return None
    return (words[1], int(number)) if number.removeprefix("-").isdecimal() else None


def new_item(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The attributes of an entry that puts an item where none is."""
    said = entry.get("Put")
    if not isinstance(said, dict) or said.keys() != _PUT:
        return None
    attributes: dict[str, Any] = said["Item"]
    return attributes if said["ConditionExpression"] == "attribute_not_exists(pk)" else None


def plan(backend: DynamoDBBackend, entries: list[dict[str, Any]]) -> list[Step] | None:
    """What to do in which table. None when this is not such a transaction, or when it names an item twice."""
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
        if (table.hash_key_attr, table.range_key_attr) != ("pk", "sk"):
            return None
        key = put if put is not None else said["Key"]
        place = (table.name, str(key.get("pk")), str(key.get("sk")))
        if place in seen:
            return None
        seen.add(place)
        steps.append((table, key, added))
    return steps


def added_to(item: Item, attribute: str, number: int) -> bool:
    """Add to an item's attribute in place; False when it holds something else than a whole number."""
    held = item.attrs.get(attribute)
    if held is None:
        item.attrs[attribute] = DynamoType({"N": str(number)})
        return True
    if held.type != "N" or not str(held.value).removeprefix("-").isdecimal():
        return False
    item.attrs[attribute] = DynamoType({"N": str(int(held.value) + number)})
    return True
