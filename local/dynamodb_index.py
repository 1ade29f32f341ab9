"""Sorted views of one embedded DynamoDB table, kept up to date by every write, so that a query reads its range only.

moto keeps a table as a dict of dicts and sorts all of it for each query. Here each table and index has one sorted map
from a flat key to its item. A flat key is a tuple of alternating type tags and values,

    ("S", "T#ws#trace", "S", "SEG#000000000012")

so that a prefix of it is a lower bound of everything that starts with it, and a partition is a contiguous range.
Values of unlike types never meet in a comparison, because their tags differ before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from sortedcontainers import SortedDict

FlatKey = tuple[Any, ...]

# Sorts after every type tag ("B", "N", "S"), and is a string as they are.
_AFTER_TAGS = "~"


class SortedView:
    """One table or index in key order: the attributes it is sorted by, and its items by flat key."""

    def __init__(self, attributes: list[str]) -> None:
        self.attributes = attributes
        self.items: SortedDict = SortedDict()

    def flat_key(self, attributes: dict[str, DynamoType]) -> FlatKey | None:
        """The flat key of an item or start key, or None when it lacks an attribute (then it is not indexed)."""
        flat: list[Any] = []
        for name in self.attributes:
            value = attributes.get(name)
            if value is None:
                return None
            flat.append(value.type)
            flat.append(value.cast_value)
        return tuple(flat)


class TableViews:
    """The sorted views of one table: None for the table itself, else the index name."""

    def __init__(self, table: Table) -> None:
        primary = [table.hash_key_attr] + ([table.range_key_attr] if table.range_key_attr else [])
        self.views: dict[str | None, SortedView] = {None: SortedView(primary)}
        self.index_names = {index.name for index in table.all_indexes()}
        for index in table.all_indexes():
            attributes = _index_attributes(table, index.schema)
            if attributes is not None:
                self.views[index.name] = SortedView(attributes)
        self._entries: dict[FlatKey, dict[str | None, FlatKey]] = {}
        for item in table_items(table):
            self.put(item)

    def put(self, item: Item) -> None:
        """Enter an item, or move it to where its attributes now say."""
        primary = self.views[None].flat_key(item.attrs)
        if primary is None:
            raise ValueError("an item without its primary key")
        before = self._entries.get(primary, {})
        now: dict[str | None, FlatKey] = {}
        for name, view in self.views.items():
            flat = primary if name is None else view.flat_key(item.attrs)
            old = before.get(name)
            if old is not None and old != flat:
                del view.items[old]
            if flat is not None:
                view.items[flat] = item
                now[name] = flat
        self._entries[primary] = now

    def discard(self, item: Item) -> None:
        """Take an item out of every view; by its primary key alone, whatever its other attributes have become."""
        primary = self.views[None].flat_key(item.attrs)
        for name, flat in self._entries.pop(primary or (), {}).items():
            del self.views[name].items[flat]


def table_items(table: Table) -> Iterator[Item]:
    """Every item of a moto table, in no order."""
    for entry in table.items.values():
        if table.range_key_attr:
            yield from entry.values()
        else:
            yield entry  # type: ignore[misc]  # without a range key moto keeps the item itself here


def _index_attributes(table: Table, schema: list[dict[str, str]]) -> list[str] | None:
    """What an index is sorted by, in moto's order; None for multi-attribute keys, which stay with moto's own query."""
    hashes = [key["AttributeName"] for key in schema if key["KeyType"] == "HASH"]
    ranges = [key["AttributeName"] for key in schema if key["KeyType"] == "RANGE"]
    if len(hashes) != 1 or len(ranges) > 1:
        return None
    second = ranges[0] if ranges else (table.range_key_attr or table.hash_key_attr)
    ordered = table._generate_attr_to_sort_by([hashes[0], table.hash_key_attr], [second, table.range_key_attr])
    return list(dict.fromkeys(ordered))


def bounds(partition: FlatKey, comparison: str | None, values: list[DynamoType]) -> tuple[FlatKey, FlatKey] | None:
    """The half-open range [low, high) of flat keys a key condition selects inside a partition; None for an unknown
    comparison.
    """
    if comparison is None:
        return partition, (*partition, _AFTER_TAGS)
    tag, first = values[0].type, values[0].cast_value
    low: FlatKey = (*partition, tag)
    high: FlatKey = (*partition, tag + _AFTER_TAGS)
    at: FlatKey = (*partition, tag, first)
    past: FlatKey = (*at, _AFTER_TAGS)
    match comparison.upper():
        case "=" | "EQ":
            return at, past
        case "<" | "LT":
            return low, at
        case "<=" | "LE":
            return low, past
        case ">" | "GT":
            return past, high
        case ">=" | "GE":
            return at, high
        case "BETWEEN" if values[1].type == tag:
            return at, (*partition, tag, values[1].cast_value, _AFTER_TAGS)
        case "BEGINS_WITH" if tag in ("S", "B"):
            end = _successor(first)
            return at, high if end is None else (*partition, tag, end)
    return None


def _successor(prefix: str | bytes) -> str | bytes | None:
    """The smallest value above everything that starts with `prefix`; None when there is none."""
    if isinstance(prefix, bytes):
        stem = prefix.rstrip(b"\xff")
        return stem[:-1] + bytes([stem[-1] + 1]) if stem else None
    text = prefix.rstrip("\U0010ffff")
    return text[:-1] + chr(ord(text[-1]) + 1) if text else None
