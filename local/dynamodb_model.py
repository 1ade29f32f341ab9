"""A pinned patch of moto's DynamoDB: sorted views, undo instead of copies, one report of each committed change.

What it changes, and why:

* `Table.query` reads the range asked for instead of sorting the whole table.
* `TransactWriteItems` keeps an undo list instead of deep-copying the table once per item.
* A failed `UpdateItem` leaves nothing behind; moto keeps half of it.
* Stream records are not piled up in memory: every committed change is told to one listener instead, once (moto tells an
  upsert twice), and not when nothing changed, as in AWS. `GetRecords` of the embedded streams API therefore stays
  empty.

`install()` refuses to run on a moto whose patched files differ from the ones this was written against.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard, Table

from local import dynamodb_copying, dynamodb_query, dynamodb_transact, moto_pin
from local.dynamodb_index import TableViews

Change = tuple[Table, Item | None, Item | None]
Listener = Callable[[Table, Item | None, Item | None], None]


class Model:
    """What the patch keeps beside moto's own tables. One per process; every use is under the engine's lock."""

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.read: list[Item] = []
        self._views: WeakKeyDictionary[Table, TableViews] = WeakKeyDictionary()
        self._held: list[Change] | None = None

    def views(self, table: Table) -> TableViews:
        """The sorted views of a table, built at first use and again after an index was added."""
        known = self._views.get(table)
        if known is None or known.index_names != {index.name for index in table.all_indexes()}:
            known = self._views[table] = TableViews(table)
        return known

    def forget(self, table: Table) -> None:
        """Drop a table's views after its items were replaced from outside."""
        self._views.pop(table, None)

    def stored(self, table: Table, attributes: dict[str, Any]) -> Item | None:
        """The stored item with the key that these attributes hold."""
        return _current(table, attributes)

    def replace(self, table: Table, old: Item | None, new: Item | None) -> None:
        """Put `new` (None = nothing) in the place of `old`, telling nobody: a restart restores with it."""
        if new is not None:
            if new.range_key is not None:
                table.items[new.hash_key][new.range_key] = new
            else:
                table.items[new.hash_key] = new  # type: ignore[assignment]
            self.views(table).put(new)
        elif old is not None:
            _original_delete(table, old.hash_key, old.range_key)
            self.views(table).discard(old)

    def commit(self, table: Table, old: Item | None, new: Item | None) -> None:
        """Tell the listener of a change, or hold it back until the surrounding operation has succeeded."""
        if self._held is not None:
            self._held.append((table, old, new))
        elif self.listener is not None and not (old is not None and new is not None and old.attrs == new.attrs):
            self.listener(table, old, new)

    def hold(self) -> list[Change] | None:
        """Hold changes back from now on; returns what `release` wants."""
        outer, self._held = self._held, []
        return outer

    def release(self, outer: list[Change] | None) -> list[Change]:
        """Stop holding; the changes held since `hold`, told to nobody yet."""
        held, self._held = self._held or [], outer
        return held


MODEL = Model()


_original_query = Table.query
_original_put = Table.put_item
_original_delete = Table.delete_item
_original_update = DynamoDBBackend.update_item
_original_transact = DynamoDBBackend.transact_write_items
_original_add = StreamShard.add


def install() -> None:
    """Patch moto in this process; harmless when done twice."""
    moto_pin.check()
    dynamodb_copying.install()
    Table.query = _query  # type: ignore[method-assign]
    Table.put_item = _put_item  # type: ignore[method-assign]
    Table.delete_item = _delete_item  # type: ignore[method-assign]
    DynamoDBBackend.update_item = _update_item  # type: ignore[method-assign]
    DynamoDBBackend.transact_write_items = _transact_write_items  # type: ignore[method-assign]
    StreamShard.add = _add  # type: ignore[method-assign]


def uninstall() -> None:
    """Give moto its own methods back."""
    dynamodb_copying.uninstall()
    Table.query = _original_query  # type: ignore[method-assign]
    Table.put_item = _original_put  # type: ignore[method-assign]
    Table.delete_item = _original_delete  # type: ignore[method-assign]
    DynamoDBBackend.update_item = _original_update  # type: ignore[method-assign]
    DynamoDBBackend.transact_write_items = _original_transact  # type: ignore[method-assign]
    StreamShard.add = _original_add  # type: ignore[method-assign]


def _add(self: StreamShard, old: Item | None, new: Item | None) -> None:
    """Stream records come from the listener."""


def _query(
    self: Table,
    hash_key: DynamoType | None,
    range_comparison: str | None,
    range_objs: list[DynamoType],
    limit: int,
    exclusive_start_key: dict[str, Any],
    scan_index_forward: bool,
    projection_expressions: list[list[str]] | None,
    index_name: str | None = None,
    consistent_read: bool = False,
    filter_expression: Any = None,
    hash_key_conditions: list[tuple[str, DynamoType]] | None = None,
    range_key_conditions: list[tuple[str, str, list[DynamoType]]] | None = None,
    **filter_kwargs: Any,
) -> dynamodb_query.Page:
    views = MODEL.views(self)
    index = next((each for each in self.all_indexes() if each.name == index_name), None)
    view = views.views.get(index_name)
    plain = (
        hash_key is not None
        and view is not None
        and not filter_kwargs
        and len(hash_key_conditions or []) <= 1
        and len(range_key_conditions or []) <= 1
        and not (consistent_read and index in self.global_indexes)
        and not (range_comparison and index is not None and len(index.schema) < 2)
    )
    if plain and view is not None and hash_key is not None:
        try:
            page, MODEL.read = dynamodb_query.query(
                self,
                view,
                index,
                (hash_key, range_comparison, range_objs),
                limit,
                exclusive_start_key,
                scan_index_forward,
                projection_expressions,
                filter_expression,
            )
        except dynamodb_query.Unsupported:
            pass
        else:
            return page
    page = _original_query(
        self,
        hash_key,
        range_comparison,
        range_objs,
        limit,
        exclusive_start_key,
        scan_index_forward,
        projection_expressions,
        index_name,
        consistent_read,
        filter_expression,
        hash_key_conditions,
        range_key_conditions,
        **filter_kwargs,
    )
    MODEL.read = page[0]
    return page


def _put_item(self: Table, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
    old = _current(self, item_attrs)
    item = _original_put(self, item_attrs, *args, **kwargs)
    MODEL.views(self).put(item)
    MODEL.commit(self, old, item)
    return item


def _delete_item(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    item = _original_delete(self, hash_key, range_key)
    if item is not None:
        MODEL.views(self).discard(item)
        MODEL.commit(self, item, None)
    return item


def _update_item(
    self: DynamoDBBackend, table_name: str, key: dict[str, dict[str, Any]], *args: Any, **kwargs: Any
) -> Item:
    table = self.get_table(table_name)
    item = _current(table, key)
    old = copy.deepcopy(item)
    outer = MODEL.hold()
    try:
        new = _original_update(self, table_name, key, *args, **kwargs)
    except BaseException:
        MODEL.release(outer)
        _restore(table, key, item, old)
        raise
    MODEL.release(outer)
    MODEL.views(table).put(new)
    MODEL.commit(table, old, new)
    return new


def _transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    undo: list[tuple[Table, dict[str, Any], Item | None, Item | None]] = []
    for entry in transact_items[:100]:
        kind, operation = next(iter(entry.items()))
        table = self.tables.get(operation.get("TableName", ""))
        if table is not None and kind in ("Put", "Update", "Delete"):
            key = operation.get("Item") or operation.get("Key") or {}
            item = _current(table, key)
            undo.append((table, key, item, copy.deepcopy(item)))
    outer = MODEL.hold()
    try:
        with _shallow_copies():
            if not _plain_transaction(self, transact_items):
                _original_transact(self, transact_items)
    except BaseException:
        MODEL.release(outer)
        for table, key, item, old in reversed(undo):
            _restore(table, key, item, old)
        raise
    for change in MODEL.release(outer):
        MODEL.commit(*change)


def _plain_transaction(backend: DynamoDBBackend, entries: list[dict[str, Any]]) -> bool:
    """Do a transaction that only puts new items and adds to counters; False, with nothing done, for any other."""
    steps = dynamodb_transact.plan(backend, entries, _current)
    for table, key, item, added in steps or ():
        if added is None or item is None:
            table.put_item(key if added is None else {**key, added[0]: {"N": str(added[1])}})
            continue
        old = copy.copy(item)
        old.attrs = copy.copy(item.attrs)
        dynamodb_transact.add(item, *added)
        MODEL.views(table).put(item)
        MODEL.commit(table, old, item)
    return steps is not None


class _shallow_copies:
    """While entered, copying a table gives the table itself, so moto's own roll-back by copy does nothing and costs
    nothing.
    """

    def __enter__(self) -> None:
        Table.__deepcopy__ = lambda self, _memo: self  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        del Table.__deepcopy__  # type: ignore[attr-defined]


def _current(table: Table, attributes: dict[str, Any]) -> Item | None:
    """The stored item with this key, without moto's side effect of creating an empty partition."""
    try:
        partition = table.items.get(DynamoType(attributes[table.hash_key_attr]))
        if table.range_key_attr is None:
            return partition  # type: ignore[return-value]
        return (partition or {}).get(DynamoType(attributes[table.range_key_attr]))
    except (KeyError, IndexError, TypeError):
        return None  # a malformed key: moto's own check answers it


def _restore(table: Table, key: dict[str, Any], item: Item | None, old: Item | None) -> None:
    """Make the stored item what it was: `item`, the object moto held, with the attributes of `old`, a copy made
    before.
    """
    now = _current(table, key)
    if item is None or old is None:
        if now is not None:
            MODEL.replace(table, now, None)
        return
    item.attrs = old.attrs
    MODEL.replace(table, now, item)
