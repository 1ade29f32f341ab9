"""What webhooks need of the outside: subscriptions, their log, a queue, and a way out to the internet only."""

from datetime import datetime
from typing import Protocol

from wakeline.domain.webhooks.webhook import Delivery, Message, Webhook


class WebhookStore(Protocol):
    """Subscriptions and the delivery log."""

    def webhooks(self, workspace_id: str) -> list[Webhook]:
        """The subscriptions of a workspace, oldest first."""

    def get(self, workspace_id: str, webhook_id: str) -> Webhook | None:
        """One subscription."""

    def create(self, webhook: Webhook) -> bool:
        """Store a new one. False when one of that id is there."""

    def write(self, webhook: Webhook, read_version: int) -> bool:
        """Replace one that still has the version that was read; a deleted one does not come back."""

    def delete(self, workspace_id: str, webhook_id: str) -> None:
        """Forget one; its log expires by itself."""

    def note(self, delivery: Delivery, now: datetime) -> None:
        """Write a line of the log, over what it said of that message before."""

    def log(self, workspace_id: str, webhook_id: str, before: str | None, limit: int) -> list[tuple[str, Delivery]]:
        """Lines of the log with their places, newest event first, behind the place `before`."""


class MessageQueue(Protocol):
    """Messages that wait to be sent."""

    def put(self, message: Message, delay: int) -> None:
        """Queue a message; it comes after `delay` seconds (at most 900), at least once."""


class Courier(Protocol):
    """Signs a message and brings it to where it goes."""

    def send(self, url: str, secret: str, message_id: str, at: datetime, body: str) -> int:
        """The status that was answered. Raises `NotDelivered` when none was; never reaches a private address."""

    def refuse(self, url: str) -> None:
        """Raise `Invalid` for a URL that leads to a private address now. One without an address yet may pass."""
