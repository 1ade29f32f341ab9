"""API keys and rate windows. One conditional update both authenticates a key and counts the request."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from wakeline.domain import times
from wakeline.domain.api_keys import ApiKey, KeyUse

from . import keys
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
        "window": 0,
        "reads": 0,
        "writes": 0,
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
_ANYONE = "(attribute_not_exists(pk) OR attribute_exists(pk))"


class DynamoKeys:
    """The `KeyStore` port."""

    def use(self, digest: str, now: datetime, *, write: bool) -> KeyUse | None:
        """Pattern: authenticate and count. One UpdateItem; a second one in the first request of a minute."""
        place = {"pk": keys.api_key_pk(digest), "sk": keys.API_KEY}
        item = _count(place, now, write=write, live=_LIVE, stamp="last_used_at", value=times.render(now))
        return KeyUse(from_item(item), item["writes" if write else "reads"]) if item else None

    def count_user(self, workspace_id: str, subject: str, now: datetime, *, write: bool) -> int:
        """Pattern: count a signed-in person. As `use`, of an item that is made on the way and forgotten after an
        hour.
        """
        subject_digest = sha256(subject.encode()).hexdigest()
        place = {"pk": keys.user_window_pk(workspace_id, subject_digest), "sk": keys.USER_WINDOW}
        item = _count(
            place, now, write=write, live=_ANYONE, stamp="expires_at", value=int(now.timestamp()) + USER_WINDOW_TTL
        )
        return int(item["writes" if write else "reads"]) if item else 0

    def put(self, digest: str, key: ApiKey) -> None:
        """Pattern: a new key, and its line in the workspace's list of keys. The list first: a key that works is
        always listed.
        """
        listed = {"pk": keys.key_list_pk(key.workspace_id), "sk": f"{key.created_at}#{key.id}", "digest": digest}
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


def _count(place: Item, now: datetime, *, write: bool, live: str, stamp: str, value: str | int) -> Item | None:
    """Count one request in the running minute's window, opening it where the last one is over. None when `live` does
    not hold.
    """
    epoch = int(now.timestamp())
    given: Item = {":minute": epoch // 60, ":next": epoch // 60 + 1, ":stamp": value}
    if ":now" in live:
        given[":now"] = epoch
    counters = {"#window": "window", "#reads": "reads", "#writes": "writes"}
    used = "#writes" if write else "#reads"
    # Another function's clock may be in the next minute already. One that was further ahead must not keep the window
    # for itself.
    count = _Update(
        f"SET {stamp} = :stamp ADD {used} :one",
        f"{live} AND (#window BETWEEN :minute AND :next)",
        {name: counters[name] for name in ("#window", used)},
        given | {":one": 1},
    )
    begin = _Update(
        f"SET {stamp} = :stamp, #window = :minute, #reads = :reads, #writes = :writes",
        f"{live} AND (attribute_not_exists(#window) OR #window < :minute OR #window > :next)",
        counters,
        given | {":reads": int(not write), ":writes": int(write)},
    )
    # The second `count` is for the case that another request opened the window between the first two.
    for update in (count, begin, count):
        done, item = update.run(place)
        if done:
            return item
        if item is None:
            if live == _LIVE:
                return None
        elif update is count and epoch // 60 <= item.get("window", 0) <= epoch // 60 + 1:
            return None
    return None


@dataclass(frozen=True, slots=True)
class _Update:
    expression: str
    condition: str
    names: dict[str, str]
    values: Item

    def run(self, place: Item) -> tuple[bool, Item | None]:
        """Whether the condition held, and the item: after the update, or as it stands in the way."""
        try:
            answer = dynamodb().update_item(
                TableName=name(),
                Key=typed_item(place),
                UpdateExpression=self.expression,
                ConditionExpression=self.condition,
                ExpressionAttributeNames=self.names,
                ExpressionAttributeValues=typed_item(self.values),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except dynamodb().exceptions.ConditionalCheckFailedException as error:
            old = error.response.get("Item")
            return False, plain_item(old) if old else None
        return True, plain_item(answer["Attributes"])
