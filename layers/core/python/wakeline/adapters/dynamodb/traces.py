"""HEAD items: a trace's metadata, counters and place in the list indexes."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from wakeline.domain import times
from wakeline.domain.canonical import canonical, read_canonical
from wakeline.domain.errors import WakelineError
from wakeline.domain.trace import BROKEN, Trace
from wakeline.domain.trace_index import IndexEntry

from . import keys
from .keys import evidence
from .table import Item, dynamodb, item_at, name, plain_item, put_if, put_request, query, transact, typed, typed_item

BY_WORKSPACE = "by_workspace"
BY_PROJECT = "by_project"

FILTERS = ("project_id", "status", "agent_id", "author", "repo", "cwd", "model", "models", "tags", "started_at")
"""Fields that stand on their own in the item, since the indexes project them; the rest is one JSON attribute, `head`.
"""

_APART = frozenset({*FILTERS, "workspace_id", "id", "recent_keys", "version"})


def to_item(trace: Trace) -> Item:
    """The item of a HEAD. Deleted traces and Wakeline's own are in no list: they have the keys of `by_time` alone."""
    said = trace.to_json()
    item: Item = {
        "pk": keys.trace_pk(trace.workspace_id, trace.id),
        "sk": keys.HEAD,
        "version": trace.version,
        "head": canonical(
            {name: value for name, value in said.items() if name not in _APART and value is not None}, "trace"
        ).decode(),
        "keys": b64decode(trace.recent_keys) or None,
        **{field: said[field] for field in FILTERS if said[field] != []},
        "gsi3pk": evidence.changed_index(trace.changed_at[:13], evidence.shard_of(trace.id, evidence.CHANGE_SHARDS)),
        "gsi3sk": keys.trace_pk(trace.workspace_id, trace.id),
    }
    if trace.deleted is None and not trace.is_hidden:
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
    """Read `to_item` back. An item that is not what `to_item` would write is a HEAD whose seal is broken, for verify
    to find.
    """
    try:
        trace = _read(item).checked()
        return trace if to_item(trace) == item else replace(trace, seal=BROKEN)
    except (KeyError, TypeError, ValueError, AttributeError, WakelineError):
        return _unreadable(item)


def _read(item: Item) -> Trace:
    _, workspace_id, trace_id = item["pk"].split("#")
    stored: dict[str, Any] = {
        **read_canonical(item["head"].encode()),
        **{field: item[field] for field in FILTERS if field in item},
        "workspace_id": workspace_id,
        "id": trace_id,
        "recent_keys": b64encode(item.get("keys", b"")).decode(),
        "version": item["version"],
    }
    return Trace.from_json(stored)


def _unreadable(item: Item) -> Trace:
    """What can be said of a HEAD that cannot be read: its place. Its seal is broken, and it shows no events."""
    _, workspace_id, trace_id = item["pk"].split("#")
    epoch = times.render(times.EARLIEST)
    project = item.get("project_id")
    return Trace(
        workspace_id=workspace_id,
        project_id=project if isinstance(project, str) else "",
        id=trace_id,
        created_at=epoch,
        created_by="",
        started_at=epoch,
        version=item["version"] if isinstance(item.get("version"), int) else -1,
        seal=BROKEN,
    )


def _entry(item: Item) -> IndexEntry:
    given = {spec.name: item.get(spec.name) for spec in fields(IndexEntry)}
    given |= {"models": tuple(item.get("models", ())), "tags": tuple(item.get("tags", ()))}
    return IndexEntry(**{**given, "trace_id": item["pk"].rsplit("#", 1)[1]})


class DynamoTraces:
    """HEADs and their indexes: the `TraceIndex` port, and the HEAD half of `LedgerStore`."""

    def head(self, workspace_id: str, trace_id: str) -> Trace | None:
        """Pattern: one trace. GetItem, strongly consistent."""
        found = item_at({"pk": keys.trace_pk(workspace_id, trace_id), "sk": keys.HEAD})
        return from_item(found) if found else None

    def heads(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Trace]:
        """Pattern: the traces of a page. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        found: dict[str, Trace] = {}
        distinct = list(dict.fromkeys(trace_ids))
        for at in range(0, len(distinct), 100):
            wanted: Any = {
                name(): {
                    "Keys": [
                        typed_item({"pk": keys.trace_pk(workspace_id, trace_id), "sk": keys.HEAD})
                        for trace_id in distinct[at : at + 100]
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
        return transact([put_new(to_item(trace)), *count_updates(trace, 1)])

    def write_head(self, trace: Trace, read_version: int) -> bool:
        """Pattern: move HEAD on. One conditional PutItem; a deletion also takes the trace off the counts, in a
        transaction.
        """
        put = to_item(trace), "version = :read", {":read": read_version}
        if trace.deleted is not None:
            return transact([{"Put": put_request(*put)}, *count_updates(trace, -1)])
        return put_if(*put)

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
            keys.workspace_index(workspace_id) if project_id is None else keys.project_index(workspace_id, project_id)
        )
        # `~` follows every character of a timestamp or id, so an upper bound includes all traces of its moment.
        low = times.sortable(started_from) if started_from else "0"
        high = f"{times.sortable(started_to)}~" if started_to else "~"
        if low > high or (after is not None and not low <= after < high):
            # Nothing is there, and DynamoDB refuses a BETWEEN asked the wrong way round or a start outside of it.
            return [], None
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


def put_new(item: Item) -> dict[str, Any]:
    """The part of a transaction that puts an item where none is."""
    return {
        "Put": {"TableName": name(), "Item": typed_item(item), "ConditionExpression": "attribute_not_exists(pk)"},
    }


def count_updates(trace: Trace, by: int) -> list[dict[str, Any]]:
    """The parts of a transaction that count a trace: in its workspace and in its project; none for one in no list."""
    if trace.is_hidden:
        return []
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
