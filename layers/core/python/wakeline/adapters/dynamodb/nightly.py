"""How far workspaces are exported, and segments by when they were taken."""

import json
from collections.abc import Iterator
from itertools import takewhile

from wakeline.domain import times
from wakeline.domain.evidence.nightly import DayExport
from wakeline.domain.segments import Segment

from . import keys
from .keys import evidence
from .ledger import DynamoLedger
from .table import Item, dynamodb, name, query, typed_item

_PAGE = 25


class DynamoExports:
    """The `ExportStore` and `TakenIndex` ports."""

    def through(self) -> dict[str, str]:
        """Pattern: all workspaces. One Query, an item for each."""
        found = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": evidence.exports_pk("all")}),
            ConsistentRead=True,
        )
        return {item["sk"]: item["through"] for item in found}

    def put(self, export: DayExport) -> None:
        """Pattern: a day is written. Its own item, which the event bus is told of, then how far its workspace is."""
        day = {
            "pk": evidence.exported_pk(export.workspace_id),
            "sk": export.date,
            "export": json.dumps(export.to_json()),
        }
        dynamodb().put_item(TableName=name(), Item=typed_item(day))
        place = {"pk": evidence.exports_pk("all"), "sk": export.workspace_id, "through": export.date}
        dynamodb().put_item(TableName=name(), Item=typed_item(place))

    def taken(self, workspace_id: str, trace_id: str, start: str, end: str) -> Iterator[Segment]:
        """Pattern: what a trace took in on a day. A Query backwards to where the day begins, then forwards."""
        backwards = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": keys.trace_pk(workspace_id, trace_id),
                    ":from": keys.SEGMENTS_FROM,
                    ":to": keys.SEGMENTS_TO,
                }
            ),
            ProjectionExpression="sk, delta",
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=_PAGE,
        )
        since = list(takewhile(lambda item: _taken_at(item) >= start, backwards))
        if not since:
            return
        first = int(since[-1]["sk"].removeprefix(keys.SEGMENTS_FROM))
        for segment in DynamoLedger().segments(workspace_id, trace_id, first):
            if times.sortable(segment.delta.received_at) >= end:
                return
            yield segment


def from_item(item: Item) -> DayExport:
    """The export that an item says is written."""
    return DayExport.from_json(json.loads(item["export"]))


def _taken_at(item: Item) -> str:
    return times.sortable(json.loads(item["delta"])["received_at"])
