"""The live feed: entries beside the last number of their workspace, marks beside the HEADs of their traces."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from wakeline.domain.feed import KEPT_S, Entry, Mark

from . import keys
from .table import Item, dynamodb, item_at, name, plain_item, query, transact, typed, typed_item


class DynamoFeed:
    """The `FeedStore` port."""

    def last(self, workspace_id: str) -> int:
        """Pattern: where the feed ends. GetItem, strongly consistent; it outlives the entries, which expire."""
        found = item_at({"pk": keys.feed_pk(workspace_id), "sk": keys.FEED_LAST})
        return int(found["last"]) if found else 0

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        """Pattern: how far traces are fed. BatchGetItem, 100 at a time, strongly consistent."""
        found: dict[str, Mark] = {}
        for at in range(0, len(trace_ids), 100):
            wanted: Any = {
                name(): {
                    "Keys": [
                        typed_item({"pk": keys.trace_pk(workspace_id, trace_id), "sk": keys.FED})
                        for trace_id in trace_ids[at : at + 100]
                    ],
                    "ConsistentRead": True,
                }
            }
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                for item in map(plain_item, answer["Responses"].get(name(), [])):
                    found[item["pk"].rsplit("#", 1)[1]] = Mark(item["project_id"], item["last_index"])
                wanted = answer.get("UnprocessedKeys")
        return found

    def put(
        self,
        workspace_id: str,
        last: int,
        entries: Sequence[Entry],
        moved: Mapping[str, tuple[Mark | None, Mark]],
        now: datetime,
    ) -> bool:
        """Pattern: add to the feed. One transaction: the entries, their traces' marks, and the last number, which
        serialises it.
        """
        pk = keys.feed_pk(workspace_id)
        expires_at = int(now.timestamp()) + KEPT_S
        end = {"pk": pk, "sk": keys.FEED_LAST, "last": entries[-1].last}
        writes = [_put(end, "last", last or None)]
        writes += [_put(_to_item(pk, entry, expires_at), "pk", None) for entry in entries]
        writes += [
            _put(
                {
                    "pk": keys.trace_pk(workspace_id, trace_id),
                    "sk": keys.FED,
                    "project_id": after.project_id,
                    "last_index": after.last_index,
                },
                "last_index",
                before.last_index if before is not None else None,
            )
            for trace_id, (before, after) in moved.items()
        ]
        return transact(writes)

    def entries(self, workspace_id: str, after: int, limit: int, now: datetime) -> list[Entry]:
        """Pattern: the feed from a number on. Query, strongly consistent, as far as `limit` entries reach."""
        items = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {":pk": keys.feed_pk(workspace_id), ":from": keys.feed_sk(after + 1), ":to": keys.FEED_END}
            ),
            Limit=limit,
            ConsistentRead=True,
        )
        return list(islice((_from_item(item) for item in items if _kept(item, now)), limit))

    def entry_at(self, workspace_id: str, number: int, now: datetime) -> Entry | None:
        """Pattern: the entry around a number. Query backwards, one item."""
        items = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {":pk": keys.feed_pk(workspace_id), ":from": keys.feed_sk(0), ":to": keys.feed_sk(number)}
            ),
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        item = next(items, None)
        entry = _from_item(item) if item is not None and _kept(item, now) else None
        return entry if entry is not None and entry.last >= number else None


def _to_item(pk: str, entry: Entry, expires_at: int) -> Item:
    return {
        "pk": pk,
        "sk": keys.feed_sk(entry.first),
        "n": entry.count,
        "trace_id": entry.trace_id,
        "project_id": entry.project_id,
        "first_index": entry.first_index,
        "expires_at": expires_at,
    }


def _from_item(item: Item) -> Entry:
    return Entry(int(item["sk"]), item["n"], item["trace_id"], item["project_id"], item["first_index"])


def _kept(item: Item, now: datetime) -> bool:
    """Expired items may stand for days until DynamoDB gets to them, in any order: they count as gone at once."""
    return bool(item["expires_at"] > now.timestamp())


def _put(item: Item, field: str, before: int | None) -> dict[str, Any]:
    """A write that holds only if `field` still has the value that was read, or is not there if it was not."""
    put: dict[str, Any] = {"TableName": name(), "Item": typed_item(item)}
    if before is None:
        put |= {"ConditionExpression": "attribute_not_exists(#field)"}
    else:
        put |= {
            "ConditionExpression": "#field = :before",
            "ExpressionAttributeValues": {":before": typed(before)},
        }
    return {"Put": put | {"ExpressionAttributeNames": {"#field": field}}}
