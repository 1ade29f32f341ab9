"""Answers by `Idempotency-Key`, kept for a day."""

from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import Any

from wakeline.domain.claim import Claim

from . import keys
from .table import Item, dynamodb, name, plain_item, typed_item

KEPT_S = 24 * 3600
RUNNING_S = 60
"""A claim older than the longest request belongs to a function that died; it may be taken over."""


class DynamoIdempotency:
    """The `IdempotencyStore` port."""

    def begin(self, workspace_id: str, key: str, digest: str, now: datetime) -> Claim | dict[str, Any]:
        """Pattern: claim a key. One conditional UpdateItem; three calls for one whose day is over."""
        claim, epoch = token_hex(8), int(now.timestamp())
        place = typed_item(_place(workspace_id, key))
        try:
            claimed = dynamodb().update_item(
                TableName=name(),
                Key=place,
                UpdateExpression="SET digest = :digest, begun = :now, expires_at = :end, claim = :claim, "
                "seed = if_not_exists(seed, :seed), since = if_not_exists(since, :since)",
                ConditionExpression="attribute_not_exists(pk) "
                "OR (attribute_not_exists(#state) AND begun < :dead AND expires_at >= :now)",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=typed_item(
                    {
                        ":digest": digest,
                        ":now": epoch,
                        ":end": epoch + KEPT_S,
                        ":claim": claim,
                        ":seed": token_hex(16),
                        ":since": int(now.timestamp() * 1000),
                        ":dead": epoch - RUNNING_S,
                    }
                ),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            found = plain_item(claimed["Attributes"])
        except dynamodb().exceptions.ConditionalCheckFailedException as error:
            found = plain_item(error.response["Item"])
            if found["expires_at"] < epoch:
                # DynamoDB deletes what is over when it finds time. Conditional: another may begin with it just now.
                self._forget(place, found["claim"])
                return self.begin(workspace_id, key, digest, now)
            # Our own claim, whose answer was lost and which the client library sent again, is no one else's.
            if found["claim"] != claim:
                return found
        return Claim(found["seed"], found["since"])

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
        """Pattern: give a claim back, but for its seed. One UpdateItem."""
        with suppress(dynamodb().exceptions.ConditionalCheckFailedException):
            dynamodb().update_item(
                TableName=name(),
                Key=typed_item(_place(workspace_id, key)),
                UpdateExpression="SET begun = :long_ago",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=typed_item({":long_ago": 0}),
            )

    def _forget(self, place: dict[str, Any], claim: str) -> None:
        with suppress(dynamodb().exceptions.ConditionalCheckFailedException):
            dynamodb().delete_item(
                TableName=name(),
                Key=place,
                ConditionExpression="claim = :claim",
                ExpressionAttributeValues=typed_item({":claim": claim}),
            )


def _place(workspace_id: str, key: str) -> Item:
    return {"pk": keys.idempotency_pk(workspace_id, key), "sk": keys.IDEMPOTENCY}
