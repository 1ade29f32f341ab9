"""Rollup rows, and marks beside the HEADs of their traces. Counters are one compressed attribute, or a file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from wakeline.adapters.s3 import bodies
from wakeline.domain.rollups.counts import Counts, from_json, pack, to_json, unpack
from wakeline.domain.rollups.mark import Generations, Mark, Row
from wakeline.domain.rollups.snapshot import EVER, Place
from wakeline.domain.segments import INLINE_BYTES

from . import keys
from .keys import stats as at
from .table import Item, dynamodb, item_at, name, plain_item, put_if, query, transact, typed, typed_item

MOST_BYTES = 3_000_000
"""Bodies of one transaction, which holds 4 MB at most. Where they are more, all but the small ones go to S3."""


class DynamoRollups:
    """The `RollupStore` port."""

    def generations(self, workspace_id: str) -> Generations:
        """Pattern: which rows count. GetItem, strongly consistent."""
        item = item_at(_generations(workspace_id))
        if item is None:
            return Generations()
        return Generations(item["read_from"], item["written_to"])

    def set_generations(self, workspace_id: str, before: Generations, after: Generations) -> bool:
        """Pattern: begin or end a rebuild. One conditional PutItem."""
        values = {":reads": before.read, ":writes": before.write}
        unset = "attribute_not_exists(pk) OR " if before == Generations() else ""
        item = {**_generations(workspace_id), "read_from": after.read, "written_to": after.write}
        return put_if(item, f"{unset}(read_from = :reads AND written_to = :writes)", values)

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        """Pattern: how far traces are counted. BatchGetItem, strongly consistent."""
        wanted = [{"pk": keys.trace_pk(workspace_id, trace_id), "sk": at.ROLLED} for trace_id in trace_ids]
        found: dict[str, Mark] = {}
        for item in _batch_get(wanted):
            trace_id = item["pk"].rsplit("#", 1)[1]
            stored = cast("dict[str, Any]", unpack(_body(item)))
            found[trace_id] = Mark.from_json(trace_id, item["generation"], item["next_index"], item["token"], stored)
        return found

    def rows(self, workspace_id: str, generation: int, places: Collection[Place]) -> dict[Place, Row]:
        """Pattern: the rows that a batch changes. BatchGetItem, strongly consistent."""
        wanted = [_row_place(workspace_id, generation, place) for place in places]
        found: dict[Place, Row] = {}
        for item in _batch_get(wanted):
            kind, day = item["sk"].split("#")
            place = Place(item["pk"].split("#", 3)[3], kind, day)
            found[place] = Row(_counts(item), item["token"])
        return found

    def write(
        self,
        workspace_id: str,
        generation: int,
        marks: Sequence[tuple[str | None, Mark]],
        rows: Mapping[Place, tuple[Row | None, Counts]],
        token: str,
    ) -> bool:
        """Pattern: count. One transaction of marks and rows, each only if it bears the token that was read."""
        shares = [pack(mark.to_json()) for _, mark in marks]
        bodies_of_rows = {place: pack(to_json(counts)) for place, (_, counts) in rows.items()}
        whole = sum(map(len, shares)) + sum(map(len, bodies_of_rows.values()))
        inline = INLINE_BYTES if whole <= MOST_BYTES else MOST_BYTES // 100
        writes: list[dict[str, Any]] = []
        for (before, mark), share in zip(marks, shares, strict=True):
            item: Item = {
                "pk": keys.trace_pk(workspace_id, mark.trace_id),
                "sk": at.ROLLED,
                "generation": mark.generation,
                "next_index": mark.next_index,
                "token": mark.token,
                **_stored(workspace_id, share, inline),
            }
            writes.append({"Put": _if_as_read({"Item": typed_item(item)}, before)})
        scopes = dict.fromkeys(place.scope for place, (row, _) in rows.items() if row is None and place.day == EVER)
        for place, (row, counts) in rows.items():
            before = row.token if row is not None else None
            key = _row_place(workspace_id, generation, place)
            if counts:
                item = {**key, "token": token, **_stored(workspace_id, bodies_of_rows[place], inline)}
                writes.append({"Put": _if_as_read({"Item": typed_item(item)}, before)})
            elif row is not None:
                writes.append({"Delete": _if_as_read({"Key": typed_item(key)}, before)})
        # Written before the rows that it leads to: one that leads nowhere does no harm.
        for scope in scopes:
            self._note_scope(workspace_id, generation, scope)
        return transact(writes)

    def _note_scope(self, workspace_id: str, generation: int, scope: str) -> None:
        place = {"pk": at.rollup_scopes_pk(workspace_id, generation), "sk": scope}
        dynamodb().put_item(TableName=name(), Item=typed_item(place))

    def days(
        self, workspace_id: str, generation: int, scope: str, kind: str, first: str, last: str
    ) -> list[tuple[str, Counts]]:
        """Pattern: a range of days. One Query, an item a day."""
        items = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": at.rollup_pk(workspace_id, generation, scope),
                    ":first": at.rollup_sk(kind, first),
                    ":last": at.rollup_sk(kind, last),
                }
            ),
        )
        return [(item["sk"].split("#")[1], _counts(item)) for item in items]

    def ever(self, workspace_id: str, generation: int, scope: str, kind: str) -> Counts:
        """Pattern: all days together. GetItem."""
        key = _row_place(workspace_id, generation, Place(scope, kind, EVER))
        found = dynamodb().get_item(TableName=name(), Key=typed_item(key))
        return _counts(plain_item(found["Item"])) if "Item" in found else {}

    def all_rows(self, workspace_id: str, generation: int) -> Iterator[tuple[Place, Counts]]:
        """Pattern: everything of a generation. A Query for the scopes, and one for each."""
        for scope in self._scopes(workspace_id, generation):
            for item in self._items(workspace_id, generation, scope):
                kind, day = item["sk"].split("#")
                yield Place(scope, kind, day), _counts(item)

    def drop(self, workspace_id: str, generation: int) -> None:
        """Pattern: forget a generation. A DeleteItem for each row; the scope last, so that a second call goes on."""
        for scope in self._scopes(workspace_id, generation):
            for item in self._items(workspace_id, generation, scope):
                if "body_key" in item:
                    bodies.delete(item["body_key"])
                dynamodb().delete_item(TableName=name(), Key=typed_item({"pk": item["pk"], "sk": item["sk"]}))
            place = {"pk": at.rollup_scopes_pk(workspace_id, generation), "sk": scope}
            dynamodb().delete_item(TableName=name(), Key=typed_item(place))

    def _scopes(self, workspace_id: str, generation: int) -> list[str]:
        items = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": at.rollup_scopes_pk(workspace_id, generation)}),
        )
        return [item["sk"] for item in items]

    def _items(self, workspace_id: str, generation: int, scope: str) -> Iterator[Item]:
        return query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": at.rollup_pk(workspace_id, generation, scope)}),
        )


def _generations(workspace_id: str) -> Item:
    return {"pk": at.generations_pk(workspace_id), "sk": at.GENERATIONS}


def _row_place(workspace_id: str, generation: int, place: Place) -> Item:
    return {
        "pk": at.rollup_pk(workspace_id, generation, place.scope),
        "sk": at.rollup_sk(place.kind, place.day),
    }


def _if_as_read(write: dict[str, Any], token: str | None) -> dict[str, Any]:
    if token is None:
        return {"TableName": name(), **write, "ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "TableName": name(),
        **write,
        "ConditionExpression": "#token = :read",
        "ExpressionAttributeNames": {"#token": "token"},
        "ExpressionAttributeValues": {":read": typed(token)},
    }


def _stored(workspace_id: str, body: bytes, inline: int) -> Item:
    """The body in the item, or where it is in S3: under its digest, so that no writer overwrites another's."""
    if len(body) <= inline:
        return {"body": body}
    key = bodies.key(workspace_id, "rollups", 0, body)
    bodies.put(key, body)
    return {"body_key": key}


def _body(item: Item) -> bytes:
    body: bytes = item["body"] if "body" in item else bodies.get(item["body_key"])
    return body


def _counts(item: Item) -> Counts:
    return from_json(cast("dict[str, Any]", unpack(_body(item))))


def _batch_get(wanted: Sequence[Item]) -> Iterator[Item]:
    """The items that are there, a hundred at a time, until nothing is left unprocessed."""
    for start in range(0, len(wanted), 100):
        asked: Any = {
            name(): {"Keys": [typed_item(key) for key in wanted[start : start + 100]], "ConsistentRead": True}
        }
        while asked:
            answer = dynamodb().batch_get_item(RequestItems=asked)
            yield from map(plain_item, answer["Responses"].get(name(), []))
            asked = answer.get("UnprocessedKeys")
