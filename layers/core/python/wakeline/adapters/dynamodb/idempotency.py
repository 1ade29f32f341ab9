"""Answers by `Idempotency-Key`, kept for a day."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from . import keys
from .table import Item, dynamodb, name, plain_item, typed_item

KEPT_S = 24 * 3600
RUNNING_S = 60
"""A claim older than the longest request belongs to a function that died; it may be taken over."""


class DynamoIdempotency:
    """The `IdempotencyStore` port."""

    def begin(self, workspace_id: str, key: str, digest: str, now: datetime) -> dict[str, Any] | None:
        """Pattern: claim a key. One conditional PutItem."""
        epoch = int(now.timestamp())
        claim = token_hex(8)
        item: Item = {
            **_place(workspace_id, key),
            "digest": digest,
            "begun": epoch,
            "expires_at": epoch + KEPT_S,
            "claim": claim,
        }
        try:
            dynamodb().put_item(
                TableName=name(),
                Item=typed_item(item),
                ConditionExpression="attribute_not_exists(pk) OR expires_at < :now "
                "OR (attribute_not_exists(#state) AND begun < :dead)",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=typed_item({":now": epoch, ":dead": epoch - RUNNING_S}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except dynamodb().exceptions.ConditionalCheckFailedException as error:
            found = plain_item(error.response["Item"])
            # Our own claim, whose answer was lost and which the client library sent again, is no one else's.
            return None if found.get("claim") == claim else found
        return None

    def finish(self, workspace_id: str, key: str, response: dict[str, str]) -> None:
        """Pattern: keep an answer. One UpdateItem."""
        dynamodb().update_item(
            TableName=name(),
            Key=typed_item(_place(workspace_id, key)),
            UpdateExpression="SET " + ", ".join(f"#{field} = :{field}" for field in response),
            ExpressionAttributeNames={f"#{field}": field for field in response},
            ExpressionAttributeValues=typed_item({f":{field}": value for field, value in response.items()}),
        )

    def release(self, workspace_id: str, key: str) -> None:
        """Pattern: give a claim back. One DeleteItem."""
        dynamodb().delete_item(TableName=name(), Key=typed_item(_place(workspace_id, key)))


def _place(workspace_id: str, key: str) -> Item:
    return {"pk": keys.idempotency_pk(workspace_id, key), "sk": keys.IDEMPOTENCY}
