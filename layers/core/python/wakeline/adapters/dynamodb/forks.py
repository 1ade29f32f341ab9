"""Fork items, in one partition per workspace, and the replays of each in one of its own."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from wakeline.domain.replay.fork import Fork, ForkRun
from wakeline.domain.replay.substitutions import Substitution

from .keys import replay as keys
from .table import Item, dynamodb, fitting, item_at, name, put_if, query, typed_item


def to_item(fork: Fork) -> Item:
    """The item of a fork."""
    said = fork.to_json()
    del said["workspace_id"], said["id"]
    return {
        **_place(fork.workspace_id, fork.id),
        **{field: value for field, value in said.items() if value is not None},
    }


def from_item(item: Item) -> Fork:
    """Read `to_item` back."""
    return Fork.from_json({**item, "workspace_id": item["pk"].partition("#")[2], "id": item["sk"]})


def _packed(substitutions: Sequence[Substitution]) -> bytes:
    return zlib.compress(json.dumps([one.to_json() for one in substitutions], ensure_ascii=False).encode())


def _unpacked(held: bytes) -> tuple[Substitution, ...]:
    return tuple(Substitution(**one) for one in json.loads(zlib.decompress(held)))


class DynamoForks:
    """The `ForkStore` port."""

    def create(self, fork: Fork, substitutions: Sequence[Substitution]) -> None:
        """Pattern: a new fork. The substitutions first: a fork that is there has them."""
        if substitutions:
            place = {"pk": keys.fork_run_pk(fork.workspace_id, fork.id), "sk": keys.DRAFT}
            dynamodb().put_item(TableName=name(), Item=typed_item({**place, "changes": _packed(substitutions)}))
        dynamodb().put_item(TableName=name(), Item=typed_item(to_item(fork)))

    def get(self, workspace_id: str, fork_id: str) -> Fork | None:
        """Pattern: one fork. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, fork_id))
        return from_item(found) if found else None

    def page(
        self, workspace_id: str, project_id: str | None, trace_id: str | None, before: str | None, limit: int
    ) -> tuple[list[Fork], str | None]:
        """Pattern: a list of forks. Query from the newest on, until `limit` and one more are found."""
        items = query(first_page=50, **_asked(workspace_id, before), ScanIndexForward=False)
        found, behind = fitting(items, lambda item: _fits(item, project_id, trace_id), limit)
        return [from_item(item) for item in found], behind

    def count(self, workspace_id: str, project_id: str | None, trace_id: str | None, most: int) -> tuple[int, bool]:
        """Pattern: how many forks. Query, at most `most` items of it."""
        total = 0
        for looked_at, item in enumerate(query(**_asked(workspace_id, None)), 1):
            total += _fits(item, project_id, trace_id)
            if looked_at == most:
                return total, False
        return total, True

    def write(self, fork: Fork, read_version: int) -> bool:
        """Pattern: a fork goes on. One conditional PutItem."""
        return put_if(to_item(fork), "version = :read", {":read": read_version})

    def draft(self, workspace_id: str, fork_id: str) -> tuple[Substitution, ...]:
        """Pattern: what a fork was made with. GetItem."""
        item = self._run_item(workspace_id, fork_id, keys.DRAFT)
        return _unpacked(item["changes"]) if item else ()

    def put_run(self, workspace_id: str, run: ForkRun) -> None:
        """Pattern: a replay is asked for. PutItem."""
        said: dict[str, Any] = asdict(run)
        for known in ("fork_id", "digest", "substitutions"):
            del said[known]
        place = {"pk": keys.fork_run_pk(workspace_id, run.fork_id), "sk": run.digest}
        dynamodb().put_item(TableName=name(), Item=typed_item({**place, **said, "changes": _packed(run.substitutions)}))

    def run(self, workspace_id: str, fork_id: str, digest: str) -> ForkRun | None:
        """Pattern: what a replay is to do. GetItem, strongly consistent."""
        item = self._run_item(workspace_id, fork_id, digest)
        if item is None:
            return None
        return ForkRun(
            fork_id=fork_id,
            digest=digest,
            trace_id=item["trace_id"],
            engine=item["engine"],
            substitutions=_unpacked(item["changes"]),
            requested_at=item["requested_at"],
            requested_by=item["requested_by"],
            runner_url=item.get("runner_url"),
            runner_secret=item.get("runner_secret"),
        )

    def _run_item(self, workspace_id: str, fork_id: str, digest: str) -> Item | None:
        return item_at({"pk": keys.fork_run_pk(workspace_id, fork_id), "sk": digest})


def _asked(workspace_id: str, before: str | None) -> dict[str, Any]:
    values = {":pk": keys.fork_pk(workspace_id), **({":before": before} if before else {})}
    return {
        "KeyConditionExpression": "pk = :pk" + (" AND sk < :before" if before else ""),
        "ExpressionAttributeValues": typed_item(values),
    }


def _fits(item: Item, project_id: str | None, trace_id: str | None) -> bool:
    return project_id in (None, item["project_id"]) and trace_id in (None, item["trace_id"])


def _place(workspace_id: str, fork_id: str) -> Item:
    return {"pk": keys.fork_pk(workspace_id), "sk": fork_id}
