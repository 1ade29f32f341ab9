"""Webhook subscriptions and their delivery log."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from wakeline.domain import times
from wakeline.domain.webhooks.webhook import LOG_DAYS, Delivery, Webhook

from .keys import evidence as keys
from .table import Item, dynamodb, item_at, name, put_if, query, typed_item

_APART = frozenset({"workspace_id", "id"})
_IN_KEYS = frozenset({"workspace_id", "webhook_id"})


class DynamoWebhooks:
    """The `WebhookStore` port."""

    def webhooks(self, workspace_id: str) -> list[Webhook]:
        """Pattern: the subscriptions of a workspace. One Query; there are few."""
        found = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.webhook_pk(workspace_id)}),
            ConsistentRead=True,
        )
        return [from_item(item) for item in found]

    def get(self, workspace_id: str, webhook_id: str) -> Webhook | None:
        """Pattern: one subscription. GetItem."""
        found = item_at({"pk": keys.webhook_pk(workspace_id), "sk": webhook_id})
        return from_item(found) if found else None

    def create(self, webhook: Webhook) -> bool:
        """Pattern: a new subscription. One conditional PutItem."""
        return put_if(to_item(webhook), "attribute_not_exists(pk)")

    def write(self, webhook: Webhook, read_version: int) -> bool:
        """Pattern: change a subscription. One conditional PutItem."""
        return put_if(to_item(webhook), "version = :read", {":read": read_version})

    def delete(self, workspace_id: str, webhook_id: str) -> None:
        """Pattern: end a subscription. DeleteItem."""
        dynamodb().delete_item(
            TableName=name(), Key=typed_item({"pk": keys.webhook_pk(workspace_id), "sk": webhook_id})
        )

    def note(self, delivery: Delivery, now: datetime) -> None:
        """Pattern: how far a message came. PutItem, which expires."""
        item: Item = {
            **{field: value for field, value in asdict(delivery).items() if field not in _IN_KEYS},
            "pk": keys.delivery_pk(delivery.workspace_id, delivery.webhook_id),
            "sk": f"{times.sortable(delivery.occurred_at)}#{delivery.message_id}",
            "expires_at": int((now + timedelta(days=LOG_DAYS)).timestamp()),
        }
        dynamodb().put_item(TableName=name(), Item=typed_item(item))

    def log(self, workspace_id: str, webhook_id: str, before: str | None, limit: int) -> list[tuple[str, Delivery]]:
        """Pattern: a delivery log, newest first. A Query backwards."""
        found = query(
            KeyConditionExpression="pk = :pk AND sk < :before",
            ExpressionAttributeValues=typed_item(
                {":pk": keys.delivery_pk(workspace_id, webhook_id), ":before": before or "~"}
            ),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [
            (item["sk"], _delivery(workspace_id, webhook_id, item))
            for _, item in zip(range(limit), found, strict=False)
        ]


def to_item(webhook: Webhook) -> Item:
    """The item of a subscription. Its secret is nowhere: it follows from the deployment's."""
    said = {field: value for field, value in asdict(webhook).items() if field not in _APART}
    return {"pk": keys.webhook_pk(webhook.workspace_id), "sk": webhook.id, **said}


def from_item(item: Item) -> Webhook:
    """Read `to_item` back."""
    said = {field: value for field, value in item.items() if field not in ("pk", "sk")}
    said |= {"events": tuple(item["events"]), "description": item.get("description")}
    return Webhook(workspace_id=item["pk"].split("#")[1], id=item["sk"], **said)


def _delivery(workspace_id: str, webhook_id: str, item: Item) -> Delivery:
    fields = Delivery.__dataclass_fields__
    said: dict[str, Any] = {field: item.get(field) for field in fields} | {
        "workspace_id": workspace_id,
        "webhook_id": webhook_id,
    }
    return Delivery(**said)
