"""Manifests of the search index, and how far each trace is in it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wakeline.domain.search.parts import Manifest, Part
from wakeline.domain.search.state import IndexState, Mark

from .keys import find as keys
from .table import Item, dynamodb, name, plain_item, query, transact, typed_item


class DynamoIndex:
    """The `IndexStore` port."""

    def state(self, workspace_id: str) -> IndexState:
        """Pattern: the whole index of a workspace. Query, strongly consistent: a small item per month."""
        generation = 0
        found: list[tuple[int, Manifest]] = []
        for item in query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.search_index_pk(workspace_id)}),
            ConsistentRead=True,
        ):
            if item["sk"] == keys.GENERATION:
                generation = item["generation"]
            else:
                parts = tuple(Part(**part) for part in json.loads(item["parts"]))
                found.append((item["generation"], Manifest(item["month"], item["version"], parts)))
        months = {manifest.month: manifest for of, manifest in found if of == generation}
        outdated = tuple(part for of, manifest in found if of != generation for part in manifest.parts)
        return IndexState(generation, months, outdated)

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        """Pattern: how far traces are. BatchGetItem, 100 at a time."""
        found: dict[str, Mark] = {}
        for at in range(0, len(trace_ids), 100):
            places = [typed_item(_mark_place(workspace_id, each)) for each in trace_ids[at : at + 100]]
            wanted: Any = {name(): {"Keys": places, "ConsistentRead": True}}
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                for item in map(plain_item, answer["Responses"].get(name(), [])):
                    found[item["pk"].split("#")[2]] = Mark(item["generation"], item["last_index"])
                wanted = answer.get("UnprocessedKeys")
        return found

    def commit(
        self,
        workspace_id: str,
        generation: int,
        manifests: Sequence[Manifest],
        moved: Mapping[str, tuple[Mark | None, Mark]],
    ) -> bool:
        """Pattern: the index grows, or parts become one. One transaction; at most 98 traces."""
        writes: list[dict[str, Any]] = [_same_generation(workspace_id, generation)]
        for manifest in manifests:
            item: Item = {
                "pk": keys.search_index_pk(workspace_id),
                "sk": keys.manifest_sk(generation, manifest.month),
                "month": manifest.month,
                "version": manifest.version,
                "generation": generation,
                "parts": json.dumps([part.to_json() for part in manifest.parts], separators=(",", ":")),
            }
            before = manifest.version - 1
            writes.append(_put(item, {"version": before} if before else None))
        for trace_id, (old, new) in moved.items():
            item = {**_mark_place(workspace_id, trace_id), "generation": new.generation, "last_index": new.last_index}
            writes.append(
                _put(item, {"generation": old.generation, "last_index": old.last_index} if old is not None else None)
            )
        return transact(writes)

    def next_generation(self, workspace_id: str, before: int) -> bool:
        """Pattern: begin anew. One conditional PutItem."""
        item: Item = {
            "pk": keys.search_index_pk(workspace_id),
            "sk": keys.GENERATION,
            "generation": before + 1,
        }
        return transact([_put(item, {"generation": before} if before else None)])

    def drop_outdated(self, workspace_id: str) -> None:
        """Pattern: forget manifests of earlier generations. Query, and a DeleteItem each."""
        now = self.state(workspace_id).generation
        old = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {
                    ":pk": keys.search_index_pk(workspace_id),
                    ":from": keys.manifest_sk(0, ""),
                    ":to": keys.manifest_sk(now, ""),
                }
            ),
            ProjectionExpression="pk, sk",
            ConsistentRead=True,
        )
        for place in old:
            dynamodb().delete_item(TableName=name(), Key=typed_item(place))


def _mark_place(workspace_id: str, trace_id: str) -> Item:
    return {"pk": keys.searched_pk(workspace_id, trace_id), "sk": keys.SEARCHED}


def _same_generation(workspace_id: str, generation: int) -> dict[str, Any]:
    check: dict[str, Any] = {
        "TableName": name(),
        "Key": typed_item({"pk": keys.search_index_pk(workspace_id), "sk": keys.GENERATION}),
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    if generation:
        check |= {
            "ConditionExpression": "generation = :generation",
            "ExpressionAttributeValues": typed_item({":generation": generation}),
        }
    return {"ConditionCheck": check}


def _put(item: Item, before: Item | None) -> dict[str, Any]:
    """A write that holds only over an item that says `before`, or where none is."""
    put: dict[str, Any] = {
        "TableName": name(),
        "Item": typed_item(item),
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    if before is not None:
        put |= {
            "ConditionExpression": " AND ".join(f"#{field} = :{field}" for field in before),
            "ExpressionAttributeNames": {f"#{field}": field for field in before},
            "ExpressionAttributeValues": typed_item({f":{field}": value for field, value in before.items()}),
        }
    return {"Put": put}
