"""Webhooks as the API takes and shows them."""

from dataclasses import asdict
from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from wakeline.domain.ids import Label
from wakeline.domain.webhooks.webhook import Delivery, Webhook


class WebhookBody(BaseModel):
    """A subscription as a caller sends it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    events: Annotated[list[str], Field(min_length=1, max_length=50)]
    description: Label | None = None


class WebhookView(TypedDict):
    """A subscription without its secret."""

    id: str
    url: str
    events: list[str]
    description: str | None
    enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    created_at: str
    created_by: str


class NewWebhook(WebhookView):
    """A new subscription, with the secret: here and never again."""

    secret: str


class WebhookList(TypedDict):
    """All subscriptions of a workspace, oldest first."""

    webhooks: list[WebhookView]
    total: int


class DeliveryView(TypedDict):
    """How far one message came."""

    id: str
    event: str
    occurred_at: str
    status: str
    attempts: int
    status_code: int | None
    error: str | None
    attempted_at: str | None
    next_attempt_at: str | None
    delivered_at: str | None


class DeliveryPage(TypedDict):
    """A page of the delivery log, newest event first."""

    deliveries: list[DeliveryView]
    next_cursor: str | None


def webhook_view(webhook: Webhook) -> WebhookView:
    """A subscription as it is shown."""
    said = asdict(webhook)
    return {name: list(said[name]) if name == "events" else said[name] for name in WebhookView.__annotations__}  # type: ignore[return-value]


def delivery_view(line: Delivery) -> DeliveryView:
    """A line of the log as it is shown."""
    said = asdict(line) | {"id": line.message_id, "status": line.state}
    return {name: said[name] for name in DeliveryView.__annotations__}  # type: ignore[return-value]
