"""The ledger in DynamoDB: segments beside their HEAD, large bodies in S3."""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from wakeline.adapters.s3 import bodies
from wakeline.domain.delta import Delta
from wakeline.domain.segments import INLINE_BYTES, Segment
from wakeline.domain.trace import Trace

from . import keys, traces
from .keys import evidence
from .table import Item, dynamodb, name, plain_item, query, transact, typed_item
from .traces import DynamoTraces, count_updates, put_new

_KINDS = {"n": int, "first_seq": int, "last_seq": int, "prev": bytes, "head": bytes, "delta": str}
_ATTRIBUTES = frozenset(("pk", "sk", "seal", "body", "body_key", "gsi3pk", "gsi3sk", *_KINDS))

FIRST_SEGMENTS = 8
"""Most traces have few more segments and are read in one or two calls; a page of a list in a long one needs no more."""


class DynamoLedger(DynamoTraces):
    """The `LedgerStore` and `TraceIndex` ports."""

    def put_segment(self, workspace_id: str, trace_id: str, segment: Segment) -> Segment | None:
        """Pattern: commit a batch. A large body goes to S3 first, under its hash; one conditional PutItem makes it
        count.
        """
        item = to_item(workspace_id, trace_id, segment)
        if "body_key" in item:
            bodies.put(item["body_key"], segment.body)
        try:
            dynamodb().put_item(
                TableName=name(),
                Item=typed_item(item),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except dynamodb().exceptions.ConditionalCheckFailedException as error:
            found = from_item(plain_item(error.response["Item"]))
            if "body_key" in item and error.response["Item"].get("body_key", {}).get("S") != item["body_key"]:
                bodies.delete(item["body_key"])
            return found
        return None

    def create_with(self, trace: Trace, segment: Segment) -> bool:
        """Pattern: a new trace with its first batch. A large body goes to S3 first; the rest is one transaction."""
        item = to_item(trace.workspace_id, trace.id, segment)
        if "body_key" in item:
            bodies.put(item["body_key"], segment.body)
        created = transact([put_new(traces.to_item(trace)), put_new(item), *count_updates(trace, 1)])
        if not created and "body_key" in item:
            bodies.delete(item["body_key"])
        return created

    def segments(self, workspace_id: str, trace_id: str, from_index: int = 0) -> Iterator[Segment]:
        """Pattern: read on from an index. Query, small pages first, of at most 1 MB each."""
        items = query(
            FIRST_SEGMENTS,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": keys.trace_pk(workspace_id, trace_id),
                    ":from": keys.segment_sk(from_index),
                    ":to": keys.SEGMENTS_TO,
                }
            ),
            ConsistentRead=True,
        )
        return (from_item(item) for item in items)

    def segment_at(self, workspace_id: str, trace_id: str, index: int) -> Segment | None:
        """Pattern: the segment that holds an index. Query backwards, one item."""
        items = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": keys.trace_pk(workspace_id, trace_id),
                    ":from": keys.SEGMENTS_FROM,
                    ":to": keys.segment_sk(index),
                }
            ),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
        )
        item = next(items, None)
        return from_item(item) if item is not None else None

    def join_lineage(self, workspace_id: str, root: str, trace_id: str, session_id: str) -> list[tuple[str, str]]:
        """Pattern: transcripts that begin alike, in the order of their first push. One conditional UpdateItem."""
        mine = f"{trace_id}#{session_id}"
        try:
            answer = dynamodb().update_item(
                TableName=name(),
                Key=typed_item({"pk": keys.lineage_pk(workspace_id, root), "sk": keys.LINEAGE}),
                UpdateExpression="SET copies = list_append(if_not_exists(copies, :none), :me)",
                ConditionExpression="attribute_not_exists(copies) "
                "OR (NOT contains(copies, :mine) AND size(copies) < :most)",
                ExpressionAttributeValues=typed_item(
                    {":none": [], ":me": [mine], ":mine": mine, ":most": keys.MAX_LINEAGE}
                ),
                ReturnValues="UPDATED_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            copies = plain_item(answer.get("Attributes", {})).get("copies", [])
        except dynamodb().exceptions.ConditionalCheckFailedException as error:
            copies = plain_item(error.response["Item"])["copies"]
        before = copies[: copies.index(mine)] if mine in copies else copies
        return [(earlier, own) for earlier, _, own in (copy.partition("#") for copy in before)]

    def delete_segment(self, workspace_id: str, trace_id: str, segment: Segment) -> None:
        """Pattern: remove a segment. The body in S3 first, so that nothing is left that no item names."""
        item = to_item(workspace_id, trace_id, segment)
        if "body_key" in item:
            bodies.delete(item["body_key"])
        dynamodb().delete_item(TableName=name(), Key=typed_item({"pk": item["pk"], "sk": item["sk"]}))


def to_item(workspace_id: str, trace_id: str, segment: Segment) -> Item:
    """The item of a segment; `body_key` names an S3 object instead of `body` when that is large."""
    item: Item = {
        "pk": keys.trace_pk(workspace_id, trace_id),
        "sk": keys.segment_sk(segment.first_index),
        "n": segment.count,
        "first_seq": segment.first_seq,
        "last_seq": segment.last_seq,
        "prev": segment.prev_hash,
        "head": segment.head_hash,
        "delta": json.dumps(segment.delta.to_json(), ensure_ascii=False, separators=(",", ":"), sort_keys=True),
    }
    item["seal"] = _seal(item)
    item |= _span(workspace_id, trace_id, segment)
    if len(segment.body) + len(item["delta"].encode()) > INLINE_BYTES:
        item["body_key"] = bodies.key(workspace_id, trace_id, segment.first_index, segment.body)
    else:
        item["body"] = segment.body
    return item


def _span(workspace_id: str, trace_id: str, segment: Segment) -> Item:
    """The keys of a segment in `by_time`."""
    delta = segment.delta
    if not delta.first_at:
        return {}  # without events: not one that we wrote
    return {
        "gsi3pk": evidence.span_partition(workspace_id, trace_id, delta.first_at, delta.last_at),
        "gsi3sk": evidence.span_sk(trace_id, segment.first_index, delta.first_at, delta.last_at),
    }


def _seal(item: Item) -> bytes:
    """A hash over what a segment says of itself; its body is covered by the chain."""
    said = (str(item.get(each)) for each in ("pk", "sk", "n", "first_seq", "last_seq", "prev", "head", "delta"))
    return sha256(b"\x03" + "\0".join(said).encode()).digest()


def from_item(item: Item) -> Segment:
    """Read `to_item` back, fetching a large body from S3.

    What cannot be read, or is gone, reads as empty and not intact, which verify reports.
    """
    try:
        if any(not isinstance(item.get(each), kind) for each, kind in _KINDS.items()):
            return _unreadable(item)
        body = item["body"] if "body" in item else bodies.get(item["body_key"])
        segment = Segment(
            first_index=int(item["sk"].removeprefix(keys.SEGMENTS_FROM)),
            count=item["n"],
            first_seq=item["first_seq"],
            last_seq=item["last_seq"],
            prev_hash=item["prev"],
            head_hash=item["head"],
            delta=Delta.from_json(json.loads(item["delta"])),
            body=body,
        )
        _, workspace_id, trace_id = item["pk"].split("#")
        intact = item.get("seal") == _seal(item) and item.keys() <= _ATTRIBUTES
        intact = intact and item.items() >= _span(workspace_id, trace_id, segment).items()
        if not isinstance(body, bytes):
            return _unreadable(item)
    except (KeyError, TypeError, ValueError):
        return _unreadable(item)
    return segment if intact else replace(segment, intact=False)


def _unreadable(item: Item) -> Segment:
    first = item["sk"].removeprefix(keys.SEGMENTS_FROM)
    return Segment(int(first) if first.isdecimal() else 0, 0, 0, 0, b"", b"", Delta(), b"", intact=False)
