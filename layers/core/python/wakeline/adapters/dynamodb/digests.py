"""Digests, proofs, and the traces that changed in an hour."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from wakeline.domain.evidence.digest import Digest, Leaf, Proof

from .keys import evidence as keys
from .table import Item, dynamodb, item_at, name, plain_item, query, typed_item

_BATCH = 25


class DynamoDigests:
    """The `DigestStore`, `ProofStore` and `ChangeIndex` ports."""

    def changed(self, hour: str) -> Iterator[tuple[str, str]]:
        """Pattern: the traces of an hour. A Query of `by_time` for each shard."""
        for shard in range(keys.CHANGE_SHARDS):
            entries = query(
                IndexName=keys.BY_TIME,
                KeyConditionExpression="gsi3pk = :hour",
                ExpressionAttributeValues=typed_item({":hour": keys.changed_index(hour, shard)}),
            )
            for entry in entries:
                _, workspace_id, trace_id = entry["pk"].split("#")
                yield workspace_id, trace_id

    def last(self) -> Digest | None:
        """Pattern: the newest digest. A Query backwards, one item."""
        return next(iter(self.page(None, 1)), None)

    def get(self, digest_id: str) -> Digest | None:
        """Pattern: one digest. GetItem."""
        found = item_at({"pk": keys.digests_pk("all"), "sk": digest_id})
        return _digest(found) if found else None

    def many(self, digest_ids: Sequence[str]) -> dict[str, Digest]:
        """Pattern: the digests of a trace's proofs. BatchGetItem, 100 at a time, until nothing is left unprocessed."""
        found: dict[str, Digest] = {}
        distinct = list(dict.fromkeys(digest_ids))
        for at in range(0, len(distinct), 100):
            places = [typed_item({"pk": keys.digests_pk("all"), "sk": each}) for each in distinct[at : at + 100]]
            wanted: Any = {name(): {"Keys": places, "ConsistentRead": True}}
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                some = (_digest(plain_item(item)) for item in answer["Responses"].get(name(), []))
                found.update((digest.id, digest) for digest in some)
                wanted = answer.get("UnprocessedKeys")
        return found

    def page(self, before: str | None, limit: int) -> list[Digest]:
        """Pattern: digests, newest first. A Query backwards."""
        found = query(
            KeyConditionExpression="pk = :pk AND sk < :before",
            ExpressionAttributeValues=typed_item({":pk": keys.digests_pk("all"), ":before": before or "dig_~"}),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        return [_digest(item) for _, item in zip(range(limit), found, strict=False)]

    def put(self, digest: Digest) -> None:
        """Pattern: note a digest. PutItem."""
        item = {"pk": keys.digests_pk("all"), "sk": digest.id, "digest": json.dumps(digest.to_json())}
        dynamodb().put_item(TableName=name(), Item=typed_item(item))


class DynamoProofs:
    """The `ProofStore` port."""

    def proofs(self, workspace_id: str, trace_id: str, limit: int = 1000) -> list[Proof]:
        """Pattern: the proofs of a trace, newest first. A Query backwards."""
        found = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.proof_pk(workspace_id, trace_id)}),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        return [_proof(item) for _, item in zip(range(limit), found, strict=False)]

    def put(self, proofs: Sequence[Proof]) -> None:
        """Pattern: the proofs of an hour. BatchWriteItem, 25 at a time, until nothing is left unprocessed."""
        for at in range(0, len(proofs), _BATCH):
            puts = [{"PutRequest": {"Item": typed_item(_item(proof))}} for proof in proofs[at : at + _BATCH]]
            left: Any = {name(): puts}
            wait = 0.05
            while left:
                left = dynamodb().batch_write_item(RequestItems=left).get("UnprocessedItems")
                if left:
                    time.sleep(wait)
                    wait = min(2.0, wait * 2)


def _digest(item: Item) -> Digest:
    return Digest.from_json(json.loads(item["digest"]))


def _item(proof: Proof) -> Item:
    return {
        "pk": keys.proof_pk(proof.leaf.workspace_id, proof.leaf.trace_id),
        "sk": proof.hour,
        "leaf": json.dumps(asdict(proof.leaf)),
        "place": proof.index,
        "size": proof.tree_size,
        "path": b"".join(proof.path),
    }


_NO_LEAF = Leaf("", "", 0, "", "", -1, "", deleted=False)


def _proof(item: Item) -> Proof:
    """Read `_item` back. What is none reads as a proof of nothing, for verify to find."""
    try:
        path = bytes(item["path"])
        return Proof(
            hour=item["sk"],
            leaf=Leaf.from_json(json.loads(item["leaf"])),
            index=int(item["place"]),
            tree_size=int(item["size"]),
            path=tuple(path[at : at + 32] for at in range(0, len(path), 32)),
        )
    except (KeyError, TypeError, ValueError):
        return Proof(item["sk"], _NO_LEAF, 0, 0, ())
