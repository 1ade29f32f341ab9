"""Artifact items: what is known of a file. While its bytes are awaited, it stands in index `by_workspace`, by day."""

import json
from collections.abc import Iterator
from typing import Any

from wakeline.domain import times
from wakeline.domain.artifacts.artifact import Artifact
from wakeline.domain.errors import NotFound

from . import keys
from .table import Item, item_at, name, put_if, query, transact, typed_item
from .traces import BY_WORKSPACE, put_new

_FIELDS = (
    "project_id",
    "trace_id",
    "filename",
    "content_type",
    "artifact_type",
    "size_bytes",
    "sha256",
    "status",
    "created_at",
    "created_by",
    "request_digest",
    "reason",
)


def to_item(artifact: Artifact) -> Item:
    """The item of an artifact."""
    item: Item = {
        **_place(artifact.workspace_id, artifact.id),
        **{field: getattr(artifact, field) for field in _FIELDS},
        "time_map": json.dumps(artifact.event_time_map) if artifact.event_time_map else None,
    }
    if artifact.status != "stored":
        moment = times.sortable(artifact.created_at)
        item["gsi1pk"] = keys.unfinished_index(moment[:10])
        item["gsi1sk"] = f"{moment}#{artifact.workspace_id}#{artifact.id}"
    return {key: value for key, value in item.items() if value is not None}


def from_item(item: Item) -> Artifact:
    """Read `to_item` back."""
    _, workspace_id, artifact_id = item["pk"].split("#")
    said: dict[str, Any] = {field: item.get(field) for field in _FIELDS}
    time_map = json.loads(item["time_map"]) if "time_map" in item else None
    return Artifact(workspace_id=workspace_id, id=artifact_id, event_time_map=time_map, **said)


class DynamoArtifacts:
    """The `ArtifactStore` port."""

    def create(self, artifact: Artifact) -> Artifact | None:
        """Pattern: announce. Artifact and its place in the trace, if the trace is alive, in one transaction."""
        alive: dict[str, Any] = {
            "ConditionCheck": {
                "TableName": name(),
                "Key": typed_item({"pk": keys.trace_pk(artifact.workspace_id, artifact.trace_id), "sk": keys.HEAD}),
                # A tombstone has no index keys.
                "ConditionExpression": "attribute_exists(gsi1pk)",
            }
        }
        place = {"Put": {"TableName": name(), "Item": typed_item(_trace_place(artifact))}}
        if transact([alive, put_new(to_item(artifact)), place]):
            return None
        found = self.get(artifact.workspace_id, artifact.id)
        if found is None:
            raise NotFound("trace not found")
        return found

    def get(self, workspace_id: str, artifact_id: str) -> Artifact | None:
        """Pattern: one artifact. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, artifact_id))
        return from_item(found) if found else None

    def finish(self, artifact: Artifact) -> bool:
        """Pattern: an upload ends. One conditional PutItem; once stored it leaves the index of unfinished ones."""
        return put_if(to_item(artifact), "#status = :pending", {":pending": "pending"}, {"#status": "status"})

    def of_trace(self, workspace_id: str, trace_id: str) -> Iterator[Artifact]:
        """Pattern: the artifacts of a trace. Query beside its HEAD, then a GetItem each."""
        places = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": keys.trace_pk(workspace_id, trace_id),
                    ":from": keys.ARTIFACTS_FROM,
                    ":to": keys.ARTIFACTS_TO,
                }
            ),
            ConsistentRead=True,
        )
        found = (self.get(workspace_id, place["sk"].removeprefix(keys.ARTIFACTS_FROM)) for place in places)
        return (artifact for artifact in found if artifact is not None)

    def unfinished(self, day: str) -> Iterator[Artifact]:
        """Pattern: uploads of a day that are awaited. Query of `by_workspace`, then a GetItem each, as it may lag."""
        entries = query(
            IndexName=BY_WORKSPACE,
            KeyConditionExpression="gsi1pk = :day",
            ExpressionAttributeValues=typed_item({":day": keys.unfinished_index(day)}),
        )
        found = (self.get(*entry["pk"].split("#")[1:]) for entry in entries)
        return (artifact for artifact in found if artifact is not None and artifact.status != "stored")

    def delete(self, artifact: Artifact) -> None:
        """Pattern: forget. The artifact and its place in the trace, in one transaction."""
        places = (_place(artifact.workspace_id, artifact.id), _trace_place(artifact))
        transact([{"Delete": {"TableName": name(), "Key": typed_item(place)}} for place in places])


def _place(workspace_id: str, artifact_id: str) -> Item:
    return {"pk": keys.artifact_pk(workspace_id, artifact_id), "sk": keys.ARTIFACT}


def _trace_place(artifact: Artifact) -> Item:
    return {
        "pk": keys.trace_pk(artifact.workspace_id, artifact.trace_id),
        "sk": keys.trace_artifact_sk(artifact.id),
    }
