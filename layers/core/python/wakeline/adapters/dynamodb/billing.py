"""Billing items: a workspace's account, and the webhook messages that were taken."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

from wakeline.domain.billing import Account, Subscription

from .keys import find as keys
from .table import Item, item_at, name, transact, typed_item

KEPT = timedelta(days=90)
"""How long a message is known: the provider repeats one for a few days."""


class DynamoAccounts:
    """The `AccountStore` port."""

    def get(self, workspace_id: str) -> Account:
        """Pattern: a workspace's account. GetItem, strongly consistent."""
        item = item_at(_place(workspace_id))
        if item is None:
            return Account(workspace_id)
        subscriptions = tuple(Subscription(**each) for each in json.loads(item["subscriptions"]))
        return Account(workspace_id, item.get("customer_id"), subscriptions, item["version"])

    def seen(self, workspace_id: str, message_id: str) -> bool:
        """Pattern: was a message taken. GetItem, strongly consistent."""
        place = _message_place(workspace_id, message_id)
        return item_at(place) is not None

    def take(self, message_id: str, before: Account, after: Account, now: datetime) -> bool:
        """Pattern: take a message. One transaction of the message and, if it changes, the account."""
        message: Item = {
            **_message_place(after.workspace_id, message_id),
            "expires_at": int((now + KEPT).timestamp()),
        }
        writes = [
            {
                "Put": {
                    "TableName": name(),
                    "Item": typed_item(message),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
        ]
        if after != before:
            item: Item = {
                **_place(after.workspace_id),
                "plan": after.plan,
                "customer_id": after.customer_id,
                "subscriptions": json.dumps([asdict(each) for each in after.subscriptions]),
                "version": after.version,
            }
            put = {
                "TableName": name(),
                "Item": typed_item(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
            if before.version:
                put |= {
                    "ConditionExpression": "#version = :before",
                    "ExpressionAttributeNames": {"#version": "version"},
                    "ExpressionAttributeValues": typed_item({":before": before.version}),
                }
            writes.append({"Put": put})
        return transact(writes)


def _place(workspace_id: str) -> Item:
    return {"pk": keys.billing_pk(workspace_id), "sk": keys.ACCOUNT}


def _message_place(workspace_id: str, message_id: str) -> Item:
    return {"pk": keys.billing_pk(workspace_id), "sk": keys.billing_message_sk(sha256(message_id.encode()).hexdigest())}
