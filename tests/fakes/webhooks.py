"""Webhooks in memory: a store, a queue, and far ends that answer as a test likes."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

from wakeline.domain import times
from wakeline.domain.webhooks.webhook import Delivery, Message, NotDelivered, Webhook


class MemoryWebhooks:
    """The `WebhookStore` port."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Webhook] = {}
        self.lines: dict[tuple[str, str], dict[str, Delivery]] = {}

    def webhooks(self, workspace_id: str) -> list[Webhook]:
        return [each for (owner, _), each in sorted(self.held.items()) if owner == workspace_id]

    def get(self, workspace_id: str, webhook_id: str) -> Webhook | None:
        return deepcopy(self.held.get((workspace_id, webhook_id)))

    def create(self, webhook: Webhook) -> bool:
        if (webhook.workspace_id, webhook.id) in self.held:
            return False
        self.held[webhook.workspace_id, webhook.id] = webhook
        return True

    def write(self, webhook: Webhook, read_version: int) -> bool:
        stands = self.held.get((webhook.workspace_id, webhook.id))
        if stands is None or stands.version != read_version:
            return False
        self.held[webhook.workspace_id, webhook.id] = webhook
        return True

    def delete(self, workspace_id: str, webhook_id: str) -> None:
        self.held.pop((workspace_id, webhook_id), None)

    def note(self, delivery: Delivery, now: datetime) -> None:
        lines = self.lines.setdefault((delivery.workspace_id, delivery.webhook_id), {})
        lines[f"{times.sortable(delivery.occurred_at)}#{delivery.message_id}"] = delivery

    def log(self, workspace_id: str, webhook_id: str, before: str | None, limit: int) -> list[tuple[str, Delivery]]:
        lines = sorted(self.lines.get((workspace_id, webhook_id), {}).items(), reverse=True)
        return [line for line in lines if before is None or line[0] < before][:limit]


class MemoryQueue:
    """The `MessageQueue` port."""

    def __init__(self) -> None:
        self.messages: list[tuple[Message, int]] = []

    def put(self, message: Message, delay: int) -> None:
        self.messages.append((message, delay))


class FarEnd:
    """The `Courier` port: `answers` says what a URL answers; None is no answer."""

    def __init__(self, answers: Callable[[str], int | None] = lambda _: 200) -> None:
        self.answers = answers
        self.got: list[tuple[str, str, str, str]] = []

    def send(self, url: str, secret: str, message_id: str, at: datetime, body: str) -> int:
        self.got.append((url, secret, message_id, body))
        status = self.answers(url)
        if status is None:
            raise NotDelivered("the connection failed")
        return status

    def refuse(self, url: str) -> None:
        """Every URL will do."""
