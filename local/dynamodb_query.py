"""`Table.query` of the embedded DynamoDB, reading only the range that is asked for. Same answers as moto's own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, cast

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import table as moto_table
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import SecondaryIndex, Table

from local.dynamodb_index import FlatKey, SortedView, bounds

Page = tuple[list[Item], int, dict[str, Any] | None]


class Unsupported(Exception):
    """The query uses something only moto's own, slow query knows."""


def query(
    table: Table,
    view: SortedView,
    index: SecondaryIndex | None,
    conditions: tuple[DynamoType, str | None, list[DynamoType]],
    limit: int | None,
    start_key: dict[str, Any] | None,
    forward: bool,
    projection: list[list[str]] | None,
    filter_expression: Any,
) -> tuple[Page, list[Item]]:
    """One page and, for capacity accounting, the items it read.

    Filters apply after `limit` and the 1 MB of a page, as in AWS.

    Raises:
        Unsupported: the key condition is of a kind the sorted views cannot answer.
        MockValidationException: a BETWEEN whose bounds are the wrong way round, a start key that is none or lies
            outside of what is asked for: AWS refuses those, moto answers.
    """
    partition_value, comparison, values = conditions
    partition: FlatKey = (partition_value.type, partition_value.cast_value)
    selected = bounds(partition, comparison, values)
    if selected is None:
        raise Unsupported
    low, high = selected
    whole = bounds(partition, None, [])
    if whole is None or low > high:
        # Only BETWEEN can be asked the wrong way round. AWS refuses the whole query; moto would answer with no items.
        raise MockValidationException(
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to"
            f" lower bound; lower bound operand: AttributeValue: {_shown(values[0])}, upper bound operand:"
            f" AttributeValue: {_shown(values[1])}"
        )
    after = _start(view, start_key)
    if after is not None and not low <= after < high:
        raise MockValidationException(
            "The provided starting key is outside query boundaries based on provided conditions"
        )
    read: list[Item] = []
    size = 0
    last = None
    beyond = False
    for key, item in _walk(view, low, high, after, forward):
        size += item.size()
        if len(read) == limit or size > moto_table.RESULT_SIZE_LIMIT:
            beyond = True
            break
        read.append(item)
        last = key
    if not beyond and last is not None and len(read) == limit:
        # moto names a last key when anything of the *partition* follows, even what the key condition leaves out.
        beyond = next(_walk(view, whole[0], whole[1], last, forward), None) is not None
    last_key = table._get_last_evaluated_key(read[-1], index.name if index else None) if beyond else None

    def shown(item: Item) -> Item:
        seen = project_index(index, item) if index else item
        return project(seen, projection) if projection else copy.deepcopy(seen)

    passing = read
    if filter_expression is not None:
        passing = [item for item in read if filter_expression.expr(project_index(index, item) if index else item)]
    return (_Copies(passing, shown), len(read), last_key), read


class _Copies(list[Item]):
    """Items that are copied as they are looked at: a query for their count looks at none."""

    def __init__(self, items: list[Item], copied: Callable[[Item], Item]) -> None:
        super().__init__(items)
        self._copied = copied

    def __iter__(self) -> Iterator[Item]:
        return (self._copied(item) for item in super().__iter__())


def _shown(value: DynamoType) -> str:
    return f"{{{value.type}:{value.value}}}"


def _start(view: SortedView, start_key: dict[str, Any] | None) -> FlatKey | None:
    if start_key is None:
        return None
    flat = view.flat_key({name: DynamoType(value) for name, value in start_key.items()})
    if flat is None or set(start_key) != set(view.attributes):
        raise MockValidationException("The provided starting key is invalid")
    return flat


def _walk(
    view: SortedView, low: FlatKey, high: FlatKey, after: FlatKey | None, forward: bool
) -> Iterator[tuple[FlatKey, Item]]:
    """The entries of [low, high) in the wanted direction, beginning behind `after`."""
    inclusive = (True, False)
    if after is not None and forward and after >= low:
        low, inclusive = after, (False, False)
    elif after is not None and not forward and after < high:
        high = after
    if low >= high:
        return
    items = view.items
    for key in items.irange(low, high, inclusive=inclusive, reverse=not forward):
        yield key, items[key]


def project_index(index: SecondaryIndex, item: Item) -> Item:
    """What the index holds of an item: shares the item's values, so copy before handing it out."""
    kind = (index.projection or {}).get("ProjectionType")
    if kind not in ("KEYS_ONLY", "INCLUDE"):
        return item
    names = [*index.table_key_attrs, *index.schema_key_attrs]
    if kind == "INCLUDE":
        names += index.projection.get("NonKeyAttributes", [])
    return _pick(item, names)


def project(item: Item, expressions: list[list[str]]) -> Item:
    """A ProjectionExpression applied to an item; the result shares nothing with it."""
    if all(len(path) == 1 and "[" not in path[0] for path in expressions):
        return copy.deepcopy(_pick(item, [path[0] for path in expressions]))
    return item.project(expressions)


def _pick(item: Item, names: list[str]) -> Item:
    # Past the size check of LimitedSizeDict, which is quadratic in the attributes: the whole item passed it when
    # written.
    attributes = LimitedSizeDict.__new__(LimitedSizeDict)
    for name in names:
        value = item.attrs.get(name)
        if value is not None:
            dict.__setitem__(attributes, name, value)
    picked: Any = Item.__new__(Item)
    picked.hash_key, picked.range_key, picked.attrs = item.hash_key, item.range_key, attributes
    return cast(Item, picked)
