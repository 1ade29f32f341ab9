"""Traces by start, oldest first, for exports: counted by the index alone, then named."""

from collections.abc import Iterator
from typing import Any

from . import keys
from .table import dynamodb, name, query, typed_item
from .traces import BY_PROJECT, BY_WORKSPACE


class DynamoTraceRange:
    """The `TraceRange` port."""

    def count(
        self, workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None, most: int
    ) -> int:
        """Pattern: how many traces began in a range. Query pages that return counts and no items, until there are more
        than `most`.
        """
        request = _request(workspace_id, project_id, start, end, agent_id) | {"TableName": name(), "Select": "COUNT"}
        total = 0
        while True:
            page = dynamodb().query(**request)
            total += int(page["Count"])
            if total > most or "LastEvaluatedKey" not in page:
                return total
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def ids(
        self, workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None
    ) -> Iterator[str]:
        """Pattern: the traces of a range. A Query forwards, small pages first."""
        for entry in query(_FIRST_PAGE, **_request(workspace_id, project_id, start, end, agent_id)):
            yield entry["pk"].rsplit("#", 1)[1]


_FIRST_PAGE = 100


def _request(workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None) -> dict[str, Any]:
    if project_id is None:
        index, prefix, partition = BY_WORKSPACE, "gsi1", keys.workspace_index(workspace_id)
    else:
        index, prefix, partition = BY_PROJECT, "gsi2", keys.project_index(workspace_id, project_id)
    request: dict[str, Any] = {
        "IndexName": index,
        "KeyConditionExpression": f"{prefix}pk = :partition AND {prefix}sk BETWEEN :start AND :end",
    }
    values = {":partition": partition, ":start": start, ":end": f"{end}~"}
    if agent_id is not None:
        request["FilterExpression"] = "agent_id = :agent"
        values[":agent"] = agent_id
    return request | {"ExpressionAttributeValues": typed_item(values)}
