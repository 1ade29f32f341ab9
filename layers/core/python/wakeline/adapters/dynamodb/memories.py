"""Memory items: one each, in one partition per workspace."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from wakeline.domain.memory import Former, Memory

from .keys import find as keys
from .table import Item, dynamodb, item_at, name, put_if, query, typed_item, was_sent_again


def to_item(memory: Memory, forgotten_at: datetime | None) -> Item:
    """The item of a memory. `said` is JSON, as a value may hold any number; `version` is what a condition compares."""
    said = asdict(memory)
    for known in ("workspace_id", "id", "version", "vector", "vector_model"):
        del said[known]
    return {
        **_place(memory.workspace_id, memory.id),
        "version": memory.version,
        "vector": memory.vector,
        "vector_model": memory.vector_model,
        "said": json.dumps(said, separators=(",", ":"), ensure_ascii=False),
        "expires_at": int(forgotten_at.timestamp()) if forgotten_at is not None else None,
    }


def from_item(item: Item) -> Memory:
    """Read `to_item` back."""
    said: dict[str, Any] = json.loads(item["said"])
    history = tuple(Former(**former) for former in said.pop("history"))
    workspace_id = item["pk"].partition("#")[2]
    return Memory(
        workspace_id=workspace_id,
        id=item["sk"],
        version=item["version"],
        history=history,
        vector=item.get("vector"),
        vector_model=item.get("vector_model"),
        **said,
    )


class DynamoMemories:
    """The `MemoryStore` port."""

    def get(self, workspace_id: str, memory_id: str) -> Memory | None:
        """Pattern: one memory. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, memory_id))
        return from_item(found) if found else None

    def put(self, memory: Memory, forgotten_at: datetime | None) -> bool:
        """Pattern: write a memory over its version before. One conditional PutItem."""
        item = to_item(memory, forgotten_at)
        if memory.version == 1:
            return put_if(item, "attribute_not_exists(pk)")
        return put_if(item, "version = :before", {":before": memory.version - 1})

    def delete(self, workspace_id: str, memory_id: str) -> bool:
        """Pattern: forget. One DeleteItem."""
        old = dynamodb().delete_item(
            TableName=name(), Key=typed_item(_place(workspace_id, memory_id)), ReturnValues="ALL_OLD"
        )
        return "Attributes" in old or was_sent_again(old)

    def of_workspace(self, workspace_id: str, limit: int) -> Iterator[Memory]:
        """Pattern: the memories of a workspace. Query, a page of 1 MB at a time."""
        items = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.memories_pk(workspace_id)}),
            ConsistentRead=True,
        )
        return (from_item(item) for item in islice(items, limit))


def _place(workspace_id: str, memory_id: str) -> Item:
    return {"pk": keys.memories_pk(workspace_id), "sk": memory_id}
