"""Traces by start, oldest first, for exports: counted by the index alone, then named."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from . import keys
from .table import dynamodb, name, query, typed_item
from .traces import BY_PROJECT, BY_WORKSPACE, DynamoTraces

_FIRST_PAGE = 100
_LOOKED_AT = 10
"""Entries looked at for each that an export may have: most of a range may be other agents'."""


class DynamoTraceRange:
    """The `TraceRange` port."""

    def count(
        self, workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None, most: int
    ) -> int:
        """Pattern: how many traces began in a range. Query pages that return counts and no items, until there are more
        than `most`, or too many to look through for an agent. Where little lies outside of a long range, that it holds
        more than `most` is known by its first pages.
        """
        total = looked = 0
        early = _known_early(workspace_id, project_id, start, end, most) if agent_id is None else iter(())
        for number, page in enumerate(_pages(_within(workspace_id, project_id, start, end, agent_id))):
            total += page["Count"]
            looked += page["ScannedCount"]
            if total > most or looked > most * _LOOKED_AT or (number and next(early, False)):
                return most + 1
        return total

    def ids(
        self, workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None
    ) -> Iterator[str]:
        """Pattern: the traces of a range. A Query forwards, small pages first."""
        for entry in query(_FIRST_PAGE, **_within(workspace_id, project_id, start, end, agent_id)):
            yield entry["pk"].rsplit("#", 1)[1]


def _known_early(workspace_id: str, project_id: str | None, start: str, end: str, most: int) -> Iterator[bool]:
    """Whether a range must hold more than `most`, by the total that is kept of all and a count of those outside of it;
    a page is read for each answer. The total only refuses: how many an export has is always counted.
    """
    everything = DynamoTraces().count(workspace_id, project_id)
    if everything > most:
        before = _index(workspace_id, project_id, "< :start", {":start": start})
        behind = _index(workspace_id, project_id, "> :end", {":end": f"{end}~"})
        for page in chain(_pages(before), _pages(behind)):
            everything -= page["Count"]
            yield False
    yield everything > most


def _pages(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    request = request | {"TableName": name(), "Select": "COUNT"}
    while True:
        page = dynamodb().query(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _within(workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None) -> dict[str, Any]:
    values = {":start": start, ":end": f"{end}~"}
    request = _index(workspace_id, project_id, "BETWEEN :start AND :end", values)
    if agent_id is not None:
        request["FilterExpression"] = "agent_id = :agent"
        request["ExpressionAttributeValues"] |= typed_item({":agent": agent_id})
    return request


def _index(workspace_id: str, project_id: str | None, places: str, values: dict[str, str]) -> dict[str, Any]:
    if project_id is None:
        index, prefix, partition = BY_WORKSPACE, "gsi1", keys.workspace_index(workspace_id)
    else:
        index, prefix, partition = BY_PROJECT, "gsi2", keys.project_index(workspace_id, project_id)
    return {
        "IndexName": index,
        "KeyConditionExpression": f"{prefix}pk = :partition AND {prefix}sk {places}",
        "ExpressionAttributeValues": typed_item({":partition": partition, **values}),
    }
