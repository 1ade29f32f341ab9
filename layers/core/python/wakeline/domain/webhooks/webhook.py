"""A subscription, a message to it, and the rules of trying again. See docs/webhooks.md."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Any, Literal, Self

from wakeline.domain import times
from wakeline.domain.errors import Invalid

EVENTS = (
    "trace.started", "trace.completed", "trace.deleted",
    "approval.requested", "approval.approved", "approval.denied", "approval.expired",
    "incident.created", "incident.updated",
    "budget.warning", "budget.exceeded",
    "policy.updated",
    "export.completed",
)  # fmt: skip
TEST = "webhook.test"
GROUPS = tuple(dict.fromkeys(f"{name.split('.')[0]}.*" for name in EVENTS))
MAX_WEBHOOKS = 50
LOG_DAYS = 30

WAITS = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400)
"""Seconds between two attempts: nine of them within some thirty-two hours."""
JITTER = 0.2
MAX_DELAY = 900
"""Seconds that a queue holds a message back at most; a longer wait is made of several."""


class NotDelivered(Exception):
    """No answer came; the message says why, without what a private network would not tell."""


State = Literal["pending", "retrying", "delivered", "failed", "dropped"]


def checked_events(events: Sequence[str]) -> tuple[str, ...]:
    """Names of events, groups (`approval.*`) or `*`, each once. Raises `Invalid`."""
    if not events:
        raise Invalid("events: name at least one, or *", field="events")
    for place, name in enumerate(events):
        if name != "*" and name not in EVENTS and name not in GROUPS:
            raise Invalid(f"events.{place}: must be *, one of {', '.join((*GROUPS, *EVENTS))}", field=f"events.{place}")
    return tuple(dict.fromkeys(events))


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription of a workspace. `failing_since` is when it first failed, if it has not answered since."""

    workspace_id: str
    id: str
    url: str
    events: tuple[str, ...]
    description: str | None
    created_at: str
    created_by: str
    enabled: bool = True
    disabled_reason: str | None = None
    failing_since: str | None = None
    version: int = 0

    def wants(self, event: str) -> bool:
        """Whether it is to be told of events of this type."""
        return self.enabled and any(
            name in ("*", event) or (name.endswith(".*") and event.startswith(name[:-1])) for name in self.events
        )

    def answered(self) -> Self:
        """After it took a message: it is well, also when it was disabled."""
        return replace(self, failing_since=None, enabled=True, disabled_reason=None, version=self.version + 1)

    def failed(self, now: datetime) -> Self:
        """After an attempt that failed: itself, if one failed before."""
        if self.failing_since is not None:
            return self
        return replace(self, failing_since=times.render(now), version=self.version + 1)

    def disabled(self, reason: str) -> Self:
        """From now on it is told nothing."""
        return replace(self, enabled=False, disabled_reason=reason, version=self.version + 1)


def secret_of(master: str, workspace_id: str, webhook_id: str) -> str:
    """The secret that messages to a webhook are signed with: `whsec_<base64 of 32 bytes>`.

    It follows from the deployment's own secret, so none is stored beside the subscription.
    """
    named = b"\0".join((b"webhook", workspace_id.encode(), webhook_id.encode()))
    return "whsec_" + b64encode(digest(master.encode(), named, "sha256")).decode()


@dataclass(frozen=True, slots=True)
class Message:
    """What one webhook is told of one event. `id` is the same for every attempt, and when the event comes again."""

    workspace_id: str
    webhook_id: str
    id: str
    event: str
    occurred_at: str
    body: str
    attempt: int = 0
    due_at: str | None = None
    first_tried_at: str | None = None

    @classmethod
    def of(cls, webhook: Webhook, event: str, event_id: str, occurred_at: str, data: Mapping[str, Any]) -> Self:
        """The message of an event to a subscription."""
        named = "\0".join((webhook.workspace_id, webhook.id, event_id))
        message_id = f"msg_{sha256(named.encode()).hexdigest()[:32]}"
        said = {
            "id": message_id,
            "type": event,
            "event": event,
            "timestamp": occurred_at,
            "workspace_id": webhook.workspace_id,
            "tenant_id": webhook.workspace_id,
            "data": data,
        }
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return cls(webhook.workspace_id, webhook.id, message_id, event, occurred_at, body)

    def again(self, now: datetime, chance: float) -> Self | None:
        """This message for its next attempt, or None after the last. `chance` from 0 to 1 spreads retries of many."""
        if self.attempt >= len(WAITS):
            return None
        wait = WAITS[self.attempt] * (1 + JITTER * (2 * chance - 1))
        due = times.render(now + timedelta(seconds=wait))
        return replace(
            self, attempt=self.attempt + 1, due_at=due, first_tried_at=self.first_tried_at or times.render(now)
        )

    def delay(self, now: datetime) -> int:
        """Whole seconds for which the queue is to hold it back, at most what a queue can."""
        if self.due_at is None:
            return 0
        return max(0, min(MAX_DELAY, round((times.parse(self.due_at) - now).total_seconds())))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the delivery log: how far one message came."""

    workspace_id: str
    webhook_id: str
    message_id: str
    event: str
    occurred_at: str
    state: State
    attempts: int
    status_code: int | None
    error: str | None
    attempted_at: str | None
    next_attempt_at: str | None
    delivered_at: str | None


def told(detail: Mapping[str, Any], event: str) -> dict[str, Any]:
    """What a webhook is told of a bus event: all of it, and for trace.completed SidClaw's `trace` object as well."""
    data = dict(detail)
    if event == "trace.completed":
        data["trace"] = {
            "id": detail.get("trace_id"),
            "agent_id": detail.get("agent_id") or "",
            "agent_name": detail.get("agent") or "",
            "operation": detail.get("operation") or "",
            "final_outcome": detail.get("final_outcome")
            or ("blocked" if detail.get("status") == "failed" else "executed"),
        }
    return data
