"""Segments by the time of their events: index `by_time`."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from wakeline.domain import times
from wakeline.domain.evidence.span import Span
from wakeline.domain.segments import Segment

from . import keys
from .keys import evidence
from .ledger import from_item
from .table import dynamodb, name, plain_item, query, typed_item

_BATCH = 100
_FIRST_PAGE = 50


class DynamoSpans:
    """The `SpanIndex` port."""

    def spans(self, workspace_id: str, start: str, end: str) -> Iterator[Span]:
        """Pattern: the segments of a range. For each shard a Query per month, and one of those that span over a day."""
        back = times.parse(start) - timedelta(seconds=evidence.LONG_S)
        since = times.sortable(times.render(max(back, times.EARLIEST)))
        partitions = [
            (shard, [(month, since) for month in _months(since, end)]) for shard in range(evidence.SPAN_SHARDS)
        ]
        partitions += [(shard, [(evidence.LONG, "0")]) for shard in range(evidence.SPAN_SHARDS)]
        streams = [_read(workspace_id, shard, months, end) for shard, months in partitions]
        return (span for span in heapq.merge(*streams) if span.last_at >= start)

    def segments(self, workspace_id: str, spans: Sequence[Span]) -> Iterator[tuple[str, Segment]]:
        """Pattern: segments by their keys. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        for at in range(0, len(spans), _BATCH):
            places = [
                typed_item({"pk": keys.trace_pk(workspace_id, span.trace_id), "sk": keys.segment_sk(span.first_index)})
                for span in spans[at : at + _BATCH]
            ]
            wanted: Any = {name(): {"Keys": places}}
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(name(), []):
                    yield item["pk"]["S"].rsplit("#", 1)[1], from_item(plain_item(item))
                wanted = answer.get("UnprocessedKeys")


def _read(workspace_id: str, shard: int, months: list[tuple[str, str]], end: str) -> Iterator[Span]:
    for month, since in months:
        entries = query(
            _FIRST_PAGE,
            IndexName=evidence.BY_TIME,
            KeyConditionExpression="gsi3pk = :partition AND gsi3sk BETWEEN :since AND :end",
            ExpressionAttributeValues=typed_item(
                {
                    ":partition": evidence.span_index(workspace_id, month, shard),
                    ":since": since,
                    ":end": f"{end}~",
                }
            ),
        )
        for entry in entries:
            first_at, last_at, trace_id, first_index = entry["gsi3sk"].split("#")
            yield Span(first_at, last_at, trace_id, int(first_index), entry["n"])


def _months(start: str, end: str) -> Iterator[str]:
    """`2026-03`, `2026-04`, … from one time to another."""
    year, month = int(start[:4]), int(start[5:7])
    while f"{year:04d}-{month:02d}" <= end[:7]:
        yield f"{year:04d}-{month:02d}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
