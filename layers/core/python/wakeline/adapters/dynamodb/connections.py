"""WebSocket connections: the connection under its workspace, and under its own id where that is."""

from datetime import datetime
from typing import Any, Literal

from wakeline.domain.connections import LIFETIME_S, Connection

from . import keys
from .table import Item, dynamodb, item_at, name, plain_item, query, transact, typed_item


class DynamoConnections:
    """The `ConnectionStore` port."""

    def add(self, connection: Connection) -> None:
        """Pattern: a client connects. Both items in one transaction; they go by themselves when its time is over."""
        expires_at = connection.connected_at + LIFETIME_S
        place: Item = {
            "pk": keys.connection_place_pk(connection.id),
            "sk": keys.CONNECTION_PLACE,
            "workspace_id": connection.workspace_id,
            "expires_at": expires_at,
        }
        item: Item = {
            **_key(connection),
            "project_id": connection.project_id,
            "session_id": connection.session_id,
            "sent": connection.sent,
            "connected_at": connection.connected_at,
            "expires_at": expires_at,
        }
        transact([{"Put": {"TableName": name(), "Item": typed_item(each)}} for each in (place, item)])

    def remove(self, connection_id: str) -> None:
        """Pattern: a client is gone. The workspace's item first, since that is the one that is sent to."""
        place = {"pk": keys.connection_place_pk(connection_id), "sk": keys.CONNECTION_PLACE}
        found = item_at(place)
        if found is None:
            return
        item = typed_item({"pk": keys.connections_pk(found["workspace_id"]), "sk": connection_id})
        dynamodb().delete_item(TableName=name(), Key=item)
        dynamodb().delete_item(TableName=name(), Key=typed_item(place))

    def of_workspace(self, workspace_id: str) -> list[Connection]:
        """Pattern: who listens. Query, strongly consistent."""
        items = query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=typed_item({":pk": keys.connections_pk(workspace_id)}),
            ConsistentRead=True,
        )
        return [
            Connection(
                id=item["sk"],
                workspace_id=workspace_id,
                project_id=item.get("project_id"),
                session_id=item.get("session_id"),
                sent=item["sent"],
                connected_at=item["connected_at"],
                stalled=item.get("stalled", 0),
            )
            for item in items
        ]

    def lease(
        self, connection: Connection, token: str, now: datetime, seconds: int
    ) -> Literal["mine", "gone", "moved", "busy"]:
        """Pattern: one sender at a time. One conditional UpdateItem; a lease ends by itself if its holder dies."""
        epoch = int(now.timestamp())
        found = _update(
            connection,
            "SET leased_by = :token, leased_until = :until REMOVE behind",
            "sent = :sent AND (attribute_not_exists(leased_until) OR leased_until < :now OR leased_by = :token)",
            {":token": token, ":until": epoch + seconds, ":now": epoch, ":sent": connection.sent},
        )
        if found is None:
            return "mine"
        if not found:
            return "gone"
        return "busy" if found.get("leased_until", 0) >= epoch else "moved"

    def release(self, connection: Connection, token: str, sent: int, *, behind: bool, stalled: int) -> None:
        """Pattern: one sender at a time. One conditional UpdateItem."""
        _update(
            connection,
            "SET sent = :sent, stalled = :stalled"
            + (", behind = :behind" if behind else "")
            + " REMOVE leased_by, leased_until"
            + ("" if behind else ", behind"),
            "leased_by = :token",
            {":sent": sent, ":stalled": stalled, ":token": token} | ({":behind": True} if behind else {}),
        )


def _update(connection: Connection, expression: str, condition: str, values: dict[str, Any]) -> Item | None:
    """None when the condition held, else what stands there: nothing, for a client that is gone."""
    try:
        dynamodb().update_item(
            TableName=name(),
            Key=typed_item(_key(connection)),
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeValues=typed_item(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb().exceptions.ConditionalCheckFailedException as error:
        return plain_item(error.response.get("Item", {}))
    return None


def _key(connection: Connection) -> Item:
    return {"pk": keys.connections_pk(connection.workspace_id), "sk": connection.id}
