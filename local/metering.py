"""Meters one DynamoDB request on the embedded engine: weighs the items before and after and prices the difference."""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.capacity import Attributes, Call, Index, item_size, read_units, write_units
from local.dynamodb_copying import plain
from local.dynamodb_model import MODEL
from local.dynamodb_query import project_index
from local.template import ACCOUNT, REGION

_Write = tuple[Table, dict[str, Any], Attributes | None, bool]


class Meter:
    """Made before the request runs, asked for its `Call` after. Both under the engine's lock."""

    def __init__(self, operation: str, body: bytes | str) -> None:
        self.operation = operation
        self.request: dict[str, Any] = json.loads(body or "{}")
        self.transactional = operation.startswith("Transact")
        self.tables: set[str] = set()
        MODEL.read = []
        self.writes: list[_Write] = [self._before(*each) for each in self._written()]

    def call(self, status: int) -> Call:
        """The finished call. A refused write is charged for the item that was there, as in AWS."""
        wcu = 0.0
        for table, key, old, check in self.writes:
            new = wire(_stored(table, key)) if status < 300 and not check else old
            wcu += write_units(old, new, () if check or status >= 300 else indexes(table))
        rcu = self._read_units() if status < 300 else 0.0
        factor = 2.0 if self.transactional else 1.0
        return Call("dynamodb", self.operation, ",".join(sorted(self.tables)), rcu, wcu * factor, status)

    def _written(self) -> list[tuple[str, dict[str, Any], bool]]:
        """(table, key or item, is it only a condition check) of every write of the request."""
        request = self.request
        match self.operation:
            case "PutItem":
                return [(request["TableName"], request["Item"], False)]
            case "UpdateItem" | "DeleteItem":
                return [(request["TableName"], request["Key"], False)]
            case "TransactWriteItems":
                entries = [next(iter(each.items())) for each in request["TransactItems"]]
                return [
                    (entry["TableName"], entry.get("Item") or entry["Key"], kind == "ConditionCheck")
                    for kind, entry in entries
                ]
            case "BatchWriteItem":
                return [
                    (
                        name,
                        entry["PutRequest"]["Item"] if "PutRequest" in entry else entry["DeleteRequest"]["Key"],
                        False,
                    )
                    for name, entries in request["RequestItems"].items()
                    for entry in entries
                ]
        return []

    def _before(self, name: str, key: dict[str, Any], check: bool) -> _Write:
        table = _table(name)
        self.tables.add(table.name)
        return table, key, wire(_stored(table, key)), check

    def _read_units(self) -> float:
        request = self.request
        match self.operation:
            case "GetItem":
                return self._get(request["TableName"], request["Key"], request.get("ConsistentRead", False))
            case "TransactGetItems":
                entries = [each["Get"] for each in request["TransactItems"]]
                return sum(self._get(each["TableName"], each["Key"], consistent=True) for each in entries)
            case "BatchGetItem":
                return sum(
                    self._get(name, key, entry.get("ConsistentRead", False))
                    for name, entry in request["RequestItems"].items()
                    for key in entry["Keys"]
                )
            case "Query":
                table = _table(request["TableName"])
                self.tables.add(table.name)
                index = table.get_index(request["IndexName"]) if "IndexName" in request else None
                read = [project_index(index, item) if index else item for item in MODEL.read]
                size = sum(item_size(wire(item) or {}) for item in read)
                return read_units(size, consistent=request.get("ConsistentRead", False))
            case "Scan":
                raise TypeError("scans are not metered: no code of this project may scan")
        return 0.0

    def _get(self, name: str, key: dict[str, Any], consistent: bool) -> float:
        table = _table(name)
        self.tables.add(table.name)
        item = wire(_stored(table, key))
        return read_units(item_size(item or {}), consistent=consistent, transactional=self.transactional)


def wire(item: Item | None) -> dict[str, dict[str, Any]] | None:
    """A stored item in wire form, with binary values as bytes; a copy."""
    return None if item is None else plain(item.attrs)


def indexes(table: Table) -> list[Index]:
    """The table's secondary indexes as capacity counting wants them."""
    found = []
    for index in table.all_indexes():
        kind = index.projection.get("ProjectionType", "ALL")
        held = {*index.table_key_attrs, *index.schema_key_attrs, *index.projection.get("NonKeyAttributes", [])}
        found.append(Index(tuple(index.schema_key_attrs), None if kind == "ALL" else frozenset(held)))
    return found


def _table(name: str) -> Table:
    return dynamodb_backends[ACCOUNT][REGION].get_table(name)


def _stored(table: Table, key: dict[str, Any]) -> Item | None:
    partition = table.items.get(_key(key[table.hash_key_attr]))
    if table.range_key_attr is None or partition is None:
        return partition  # type: ignore[return-value]
    return partition.get(_key(key[table.range_key_attr]))


def _key(value: dict[str, Any]) -> DynamoType:
    return DynamoType({"B": base64.b64decode(value["B"])} if "B" in value else value)
