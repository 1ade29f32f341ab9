"""Commits beside the HEADs of their sessions, and requests to link some."""

import json
from collections.abc import Sequence

from wakeline.domain import times
from wakeline.domain.commits import Commit, SyncRequest

from . import keys
from .keys import stats as at
from .table import Item, dynamodb, name, query, typed_item

REQUEST_KEPT_S = 7 * 86_400
_FIELDS = ("message", "author", "committed_at", "insertions", "deletions", "url")


class DynamoCommits:
    """The `CommitStore` port."""

    def of_trace(self, workspace_id: str, trace_id: str) -> list[Commit]:
        """Pattern: the commits of a session. One Query beside its HEAD."""
        found = (_from_item(item) for item in _items(workspace_id, trace_id))
        return sorted(found, key=lambda commit: (times.sortable(commit.committed_at), commit.sha))

    def link(self, workspace_id: str, trace_id: str, commits: Sequence[Commit]) -> int:
        """Pattern: link. A Query, and a PutItem for each that is not there; a rival's says the same."""
        known = {item["sk"] for item in _items(workspace_id, trace_id)}
        new = [commit for commit in commits if at.commit_sk(commit.sha) not in known]
        for commit in new:
            dynamodb().put_item(TableName=name(), Item=typed_item(_to_item(workspace_id, trace_id, commit)))
        return len(new)

    def forget(self, workspace_id: str, trace_id: str) -> None:
        """Pattern: a session was deleted. A Query, and a DeleteItem each."""
        for item in _items(workspace_id, trace_id):
            dynamodb().delete_item(TableName=name(), Key=typed_item({"pk": item["pk"], "sk": item["sk"]}))

    def request(self, request: SyncRequest) -> None:
        """Pattern: ask for linking. PutItem; its arrival in the stream is what is told."""
        dynamodb().put_item(TableName=name(), Item=typed_item(request_item(request)))


def request_item(request: SyncRequest) -> Item:
    """The item of a request; it goes by itself after a week."""
    return {
        "pk": at.sync_pk(request.workspace_id),
        "sk": request.id,
        "project_id": request.project_id,
        "session_id": request.session_id,
        "requested_by": request.requested_by,
        "requested_at": request.requested_at,
        "expires_at": int(times.parse(request.requested_at).timestamp()) + REQUEST_KEPT_S,
    }


def request_of(item: Item) -> SyncRequest:
    """Read `request_item` back."""
    return SyncRequest(
        item["sk"],
        item["pk"].split("#", 1)[1],
        item.get("project_id"),
        item.get("session_id"),
        item["requested_by"],
        item["requested_at"],
    )


def _items(workspace_id: str, trace_id: str) -> list[Item]:
    values = {":pk": keys.trace_pk(workspace_id, trace_id), ":from": at.COMMITS_FROM, ":to": at.COMMITS_TO}
    return list(
        query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(values),
            ConsistentRead=True,
        )
    )


def _to_item(workspace_id: str, trace_id: str, commit: Commit) -> Item:
    return {
        "pk": keys.trace_pk(workspace_id, trace_id),
        "sk": at.commit_sk(commit.sha),
        **{field: getattr(commit, field) for field in _FIELDS},
        "files": json.dumps(commit.files),
    }


def _from_item(item: Item) -> Commit:
    said = {field: item[field] for field in _FIELDS}
    return Commit(sha=item["sk"].removeprefix(at.COMMITS_FROM), files=tuple(json.loads(item["files"])), **said)
