"""HEAD items: a trace's metadata, counters and place in the list indexes."""

import json
from collections.abc import Sequence
from base64 import b64decode, b64encode
from dataclasses import fields
from typing import Any

from wakeline.adapters.aws import CONDITION_FAILED, code_of
from wakeline.domain import times
from wakeline.domain.canonical import canonical
from wakeline.domain.trace import Trace
from wakeline.domain.trace_index import IndexEntry

from . import keys
from .table import Item, dynamodb, name, plain_item, query, typed, typed_item

BY_WORKSPACE = "by_workspace"
BY_PROJECT = "by_project"

FILTERS = ("project_id", "status", "agent_id", "author", "repo", "cwd", "models", "tags", "started_at")
"""Fields that stand on their own in the item, since the indexes project them; the rest is one JSON attribute, `head`."""

_APART = frozenset({*FILTERS, "workspace_id", "id", "recent_keys", "version"})


def to_item(trace: Trace) -> Item:
    """The item of a HEAD. A deleted trace keeps no index keys: it is in no list."""
    said = trace.to_json()
    item: Item = {
        "pk": keys.trace_pk(trace.workspace_id, trace.id),
        "sk": keys.HEAD,
        "version": trace.version,
        "head": canonical({name: value for name, value in said.items() if name not in _APART}, "trace").decode(),
        "keys": b64decode(trace.recent_keys) or None,
        **{field: said[field] or None for field in FILTERS},
    }
    if trace.deleted is None:
        place = keys.started_sk(times.sortable(trace.started_at), trace.id)
        item |= {
            "gsi1pk": keys.workspace_index(trace.workspace_id),
            "gsi1sk": place,
            "gsi2pk": keys.project_index(trace.workspace_id, trace.project_id),
            "gsi2sk": place,
            "outcome": trace.outcome,
            "summary": trace.summary,
        }
    return {key: value for key, value in item.items() if value is not None}


def from_item(item: Item) -> Trace:
    """Read `to_item` back. An item that is not what `to_item` would write gets a seal that fits nothing, for verify to find."""
    _, workspace_id, trace_id = item["pk"].split("#")
    stored: dict[str, Any] = {
        **json.loads(item["head"]),
        **{field: item[field] for field in FILTERS if field in item},
        "workspace_id": workspace_id,
        "id": trace_id,
        "recent_keys": b64encode(item.get("keys", b"")).decode(),
        "version": item["version"],
    }
    trace = Trace.from_json(stored)
    if to_item(trace) != item:
        return Trace.from_json(stored | {"seal": "changed"})
    return trace


def _entry(item: Item) -> IndexEntry:
    given = {spec.name: item.get(spec.name) for spec in fields(IndexEntry)}
    given |= {"models": tuple(item.get("models", ())), "tags": tuple(item.get("tags", ()))}
    return IndexEntry(**{**given, "trace_id": item["pk"].rsplit("#", 1)[1]})


class DynamoTraces:
    """HEADs and their indexes: the `TraceIndex` port, and the HEAD half of `LedgerStore`."""

    def head(self, workspace_id: str, trace_id: str) -> Trace | None:
        """Pattern: one trace. GetItem, strongly consistent."""
        found = dynamodb().get_item(
            TableName=name(),
            Key=typed_item({"pk": keys.trace_pk(workspace_id, trace_id), "sk": keys.HEAD}),
            ConsistentRead=True,
        )
        return from_item(plain_item(found["Item"])) if "Item" in found else None

    def heads(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Trace]:
        """Pattern: the traces of a page. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        found: dict[str, Trace] = {}
        for at in range(0, len(trace_ids), 100):
            wanted: Any = {
                name(): {
                    "Keys": [
                        typed_item({"pk": keys.trace_pk(workspace_id, trace_id), "sk": keys.HEAD})
                        for trace_id in trace_ids[at : at + 100]
                    ]
                }
            }
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                traces = (from_item(plain_item(item)) for item in answer["Responses"].get(name(), []))
                found.update((trace.id, trace) for trace in traces)
                wanted = answer.get("UnprocessedKeys")
        return found

    def create(self, trace: Trace) -> bool:
        """Pattern: a new trace. HEAD and both counts in one transaction: a list's total is never off by a crash."""
        item = typed_item(to_item(trace))
        put = {"Put": {"TableName": name(), "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}
        try:
            dynamodb().transact_write_items(TransactItems=[put, *_count_updates(trace, 1)])
        except dynamodb().exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if reasons and reasons[0] == "ConditionalCheckFailed":
                return False
            raise
        return True

    def write_head(self, trace: Trace, read_version: int) -> bool:
        """Pattern: move HEAD on. One conditional PutItem; a deletion also takes the trace off the counts, in a transaction."""
        put = {
            "TableName": name(),
            "Item": typed_item(to_item(trace)),
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": {":read": typed(read_version)},
        }
        try:
            if trace.deleted is None:
                dynamodb().put_item(**put)
            else:
                dynamodb().transact_write_items(TransactItems=[{"Put": put}, *_count_updates(trace, -1)])
        except (
            dynamodb().exceptions.ConditionalCheckFailedException,
            dynamodb().exceptions.TransactionCanceledException,
        ) as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if code_of(error) == CONDITION_FAILED or "ConditionalCheckFailed" in reasons:
                return False
            raise
        return True

    def entries(
        self,
        workspace_id: str,
        project_id: str | None,
        *,
        started_from: str | None = None,
        started_to: str | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[list[IndexEntry], str | None]:
        """Pattern: traces newest first. One Query page of `by_workspace` or `by_project`."""
        index, prefix = (BY_WORKSPACE, "gsi1") if project_id is None else (BY_PROJECT, "gsi2")
        partition = (
            keys.workspace_index(workspace_id)
            if project_id is None
            else keys.project_index(workspace_id, project_id)
        )
        # `~` follows every character of a timestamp or id, so an upper bound includes all traces of its moment.
        low = times.sortable(started_from) if started_from else "0"
        high = f"{times.sortable(started_to)}~" if started_to else "~"
        request: dict[str, Any] = {
            "TableName": name(),
            "IndexName": index,
            "KeyConditionExpression": f"{prefix}pk = :partition AND {prefix}sk BETWEEN :low AND :high",
            "ExpressionAttributeValues": typed_item({":partition": partition, ":low": low, ":high": high}),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after is not None:
            trace_id = after.split("#", 1)[1]
            request["ExclusiveStartKey"] = typed_item(
                {
                    f"{prefix}pk": partition,
                    f"{prefix}sk": after,
                    "pk": keys.trace_pk(workspace_id, trace_id),
                    "sk": keys.HEAD,
                }
            )
        page = dynamodb().query(**request)
        last = page.get("LastEvaluatedKey")
        return [_entry(plain_item(item)) for item in page["Items"]], last[f"{prefix}sk"]["S"] if last else None

    def count(self, workspace_id: str, project_id: str | None) -> int:
        """Pattern: how many traces. One Query over at most eight small items."""
        shards = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.trace_count_pk(workspace_id, project_id)}),
            ConsistentRead=True,
        )
        return sum(shard["n"] for shard in shards)


def _count_updates(trace: Trace, by: int) -> list[dict[str, Any]]:
    return [
        {
            "Update": {
                "TableName": name(),
                "Key": typed_item({"pk": pk, "sk": keys.trace_count_sk(trace.id)}),
                "UpdateExpression": "ADD n :by",
                "ExpressionAttributeValues": {":by": typed(by)},
            }
        }
        for pk in (
            keys.trace_count_pk(trace.workspace_id),
            keys.trace_count_pk(trace.workspace_id, trace.project_id),
        )
    ]
