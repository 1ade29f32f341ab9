"""API keys and rate windows. One conditional update both authenticates a key and counts the request."""

import re
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from wakeline.domain import times
from wakeline.domain.api_keys import ApiKey, KeyUse

from . import keys
from .keys import find
from .table import Item, dynamodb, name, plain_item, query, typed_item

USER_WINDOW_TTL = 3600


def to_item(digest: str, key: ApiKey) -> Item:
    """The item of a key. `expires_at_epoch` is what the condition compares, in seconds."""
    said = asdict(key)
    expires = said.pop("expires_at")
    return {
        "pk": keys.api_key_pk(digest),
        "sk": keys.API_KEY,
        **{field: value for field, value in said.items() if value is not None},
        "scopes": list(key.scopes),
        "expires_at_epoch": int(times.parse(expires).timestamp()) if expires else None,
    }


def from_item(item: Item) -> ApiKey:
    """Read `to_item` back."""
    epoch = item.get("expires_at_epoch")
    return ApiKey(
        id=item["id"],
        workspace_id=item["workspace_id"],
        project_id=item.get("project_id"),
        name=item.get("name"),
        scopes=tuple(item["scopes"]),
        plan=item.get("plan"),
        kind=item["kind"],
        prefix=item["prefix"],
        created_at=item["created_at"],
        created_by=item.get("created_by", ""),
        expires_at=times.render(datetime.fromtimestamp(epoch, UTC)) if epoch else None,
        last_used_at=item.get("last_used_at"),
    )


_LIVE = (
    "attribute_exists(pk) AND attribute_not_exists(revoked_at) "
    "AND (attribute_not_exists(expires_at_epoch) OR expires_at_epoch > :now)"
)
_WINDOW = re.compile(r"[rw]\d+", re.ASCII)
_MOST_LEFT = 50


class DynamoKeys:
    """The `KeyStore` port."""

    def use(self, digest: str, now: datetime, *, write: bool) -> KeyUse | None:
        """Pattern: authenticate and count. One UpdateItem."""
        place = {"pk": keys.api_key_pk(digest), "sk": keys.API_KEY}
        counted = _count(place, now, write=write, live=_LIVE, stamp="last_used_at", value=times.render(now))
        return KeyUse(from_item(counted[0]), counted[1]) if counted else None

    def count_user(self, workspace_id: str, subject: str, now: datetime, *, write: bool) -> int:
        """Pattern: count a signed-in person. As `use`, of an item that is made on the way and forgotten after an
        hour.
        """
        subject_digest = sha256(subject.encode()).hexdigest()
        place = {"pk": keys.user_window_pk(workspace_id, subject_digest), "sk": keys.USER_WINDOW}
        forgotten_at = int(now.timestamp()) + USER_WINDOW_TTL
        counted = _count(place, now, write=write, live=None, stamp="expires_at", value=forgotten_at)
        return counted[1] if counted else 0

    def put(self, digest: str, key: ApiKey) -> None:
        """Pattern: a new key, and its line in the workspace's list of keys. The list first: a key that works is
        always listed. Ids rise with time.
        """
        listed = {"pk": keys.key_list_pk(key.workspace_id), "sk": key.id, "digest": digest}
        dynamodb().put_item(TableName=name(), Item=typed_item(listed))
        dynamodb().put_item(TableName=name(), Item=typed_item(to_item(digest, key)))

    def keys(self, workspace_id: str) -> list[tuple[str, ApiKey]]:
        """Pattern: the live keys of a workspace. One Query, then BatchGetItem 100 at a time."""
        listed = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.key_list_pk(workspace_id)}),
            ConsistentRead=True,
        )
        digests = [line["digest"] for line in listed]
        found: dict[str, Item] = {}
        for at in range(0, len(digests), 100):
            places = [
                typed_item({"pk": keys.api_key_pk(digest), "sk": keys.API_KEY}) for digest in digests[at : at + 100]
            ]
            wanted: Any = {name(): {"Keys": places, "ConsistentRead": True}}
            while wanted:
                answer = dynamodb().batch_get_item(RequestItems=wanted)
                items = (plain_item(item) for item in answer["Responses"].get(name(), []))
                found.update((item["pk"].removeprefix("K#"), item) for item in items)
                wanted = answer.get("UnprocessedKeys")
        live = ((digest, found[digest]) for digest in digests if digest in found)
        return [(digest, from_item(item)) for digest, item in live if "revoked_at" not in item]

    def revoke(self, workspace_id: str, digest: str, now: datetime) -> None:
        """Pattern: revoke a key of this workspace. One conditional UpdateItem; the next use of the key fails."""
        try:
            dynamodb().update_item(
                TableName=name(),
                Key=typed_item({"pk": keys.api_key_pk(digest), "sk": keys.API_KEY}),
                UpdateExpression="SET revoked_at = :at",
                ConditionExpression="workspace_id = :workspace",
                ExpressionAttributeValues=typed_item({":at": times.render(now), ":workspace": workspace_id}),
            )
        except dynamodb().exceptions.ConditionalCheckFailedException:
            return

    def set_plan(self, workspace_id: str, digest: str, plan: str | None) -> None:
        """Pattern: the plan of a key of this workspace. One conditional UpdateItem."""
        values = {":workspace": workspace_id} | ({":plan": plan} if plan is not None else {})
        try:
            dynamodb().update_item(
                TableName=name(),
                Key=typed_item({"pk": keys.api_key_pk(digest), "sk": keys.API_KEY}),
                UpdateExpression="SET #plan = :plan" if plan is not None else "REMOVE #plan",
                ConditionExpression="workspace_id = :workspace",
                ExpressionAttributeNames={"#plan": "plan"},
                ExpressionAttributeValues=typed_item(values),
            )
        except dynamodb().exceptions.ConditionalCheckFailedException:
            return

    def plan_of(self, workspace_id: str) -> str | None:
        """Pattern: the plan of a workspace. GetItem, strongly consistent."""
        place = {"pk": find.billing_pk(workspace_id), "sk": find.ACCOUNT}
        found = dynamodb().get_item(
            TableName=name(),
            Key=typed_item(place),
            ConsistentRead=True,
            ProjectionExpression="#plan",
            ExpressionAttributeNames={"#plan": "plan"},
        )
        plan = plain_item(found.get("Item", {})).get("plan")
        return str(plan) if plan is not None else None


def _count(
    place: Item, now: datetime, *, write: bool, live: str | None, stamp: str, value: str | int
) -> tuple[Item, int] | None:
    """Count one request in its minute: the item after it, and the minute's count. None when `live` does not hold.

    Each minute counts in an attribute of its own (`w29571840`), so that a new minute needs no second update, and
    functions whose clocks differ do not undo one another. What is over is removed on the way.
    """
    epoch = int(now.timestamp())
    minute = epoch // 60
    window = f"{_kind(write)}{minute}"
    over = f"{_kind(write)}{minute - 2}"  # a clock may be a minute behind
    condition: Item = {"ConditionExpression": live} if live else {}
    try:
        answer = dynamodb().update_item(
            TableName=name(),
            Key=typed_item(place),
            UpdateExpression=f"SET {stamp} = :stamp ADD {window} :one REMOVE {over}",
            ExpressionAttributeValues=typed_item({":stamp": value, ":one": 1, **({":now": epoch} if live else {})}),
            ReturnValues="ALL_NEW",
            **condition,
        )
    except dynamodb().exceptions.ConditionalCheckFailedException:
        return None
    item = plain_item(answer["Attributes"])
    _forget(place, item, minute)
    return item, item[window]


def _kind(write: bool) -> str:
    return "w" if write else "r"


def _forget(place: Item, item: Item, minute: int) -> None:
    """Remove the windows that pauses left behind, once there are many: the item would grow over the years."""
    windows = (each for each in item if _WINDOW.fullmatch(each))
    left = [each for each in windows if int(each[1:]) < minute - 1][:_MOST_LEFT]
    if len(left) == _MOST_LEFT:
        dynamodb().update_item(TableName=name(), Key=typed_item(place), UpdateExpression=f"REMOVE {', '.join(left)}")
