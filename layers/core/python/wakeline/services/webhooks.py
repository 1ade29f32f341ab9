"""Webhooks: subscribe, tell, try again, give up.

At least once: a message is taken off its queue only when it was answered, was put back for later, or was given up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wakeline.domain import cursor, times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, NotFound
from wakeline.domain.ids import is_id
from wakeline.domain.webhooks.webhook import (
    MAX_WEBHOOKS,
    TEST,
    Delivery,
    Message,
    NotDelivered,
    State,
    Webhook,
    checked_events,
    secret_of,
    told,
)

from .audit import AuditLog, noting
from .webhook_ports import Courier, MessageQueue, WebhookStore

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Post:
    """All that webhooks take. `master` gives the deployment's secret, `chance` a number from 0 to 1."""

    store: WebhookStore
    queue: MessageQueue
    courier: Courier
    audit: AuditLog
    env: Env
    master: Callable[[], str]
    chance: Callable[[], float]


def create(post: Post, caller: Caller, url: str, events: list[str], description: str | None) -> tuple[Webhook, str]:
    """A new subscription and its secret. Raises `Invalid` for a URL or event that is none, `Conflict` for too many."""
    wanted = checked_events(events)
    post.courier.refuse(url)
    if len(post.store.webhooks(caller.workspace_id)) >= MAX_WEBHOOKS:
        raise Conflict(f"a workspace has at most {MAX_WEBHOOKS} webhooks")
    webhook = Webhook(
        workspace_id=caller.workspace_id,
        id=post.env.new_id("whk"),
        url=url,
        events=wanted,
        description=description,
        created_at=times.render(post.env.now()),
        created_by=caller.principal,
    )
    details = {"url": url, "events": list(wanted)}
    with noting(post.audit, caller, "webhook.created", "webhook", webhook.id, details):
        post.store.create(webhook)
    return webhook, secret_of(post.master(), webhook.workspace_id, webhook.id)


def get(store: WebhookStore, caller: Caller, webhook_id: str) -> Webhook:
    """One subscription. Raises `NotFound`."""
    found = store.get(caller.workspace_id, webhook_id) if is_id(webhook_id) else None
    if found is None:
        raise NotFound("webhook not found")
    return found


def delete(post: Post, caller: Caller, webhook_id: str) -> None:
    """End a subscription; what is queued for it is dropped. Raises `NotFound`."""
    webhook = get(post.store, caller, webhook_id)
    with noting(post.audit, caller, "webhook.deleted", "webhook", webhook.id, {"url": webhook.url}):
        post.store.delete(webhook.workspace_id, webhook.id)


def fan_out(post: Post, workspace_id: str, event: str, event_id: str, detail: Mapping[str, Any]) -> int:
    """Queue a message to each subscription that wants an event; how many."""
    occurred_at = str(detail.get("occurred_at") or times.render(post.env.now()))
    wanting = [webhook for webhook in post.store.webhooks(workspace_id) if webhook.wants(event)]
    for webhook in wanting:
        message = Message.of(webhook, event, event_id, occurred_at, told(detail, event))
        post.queue.put(message, 0)
    return len(wanting)


def deliver(post: Post, message: Message) -> State:
    """One attempt, if it is time for it; what became of the message."""
    now = post.env.now()
    if (delay := message.delay(now)) > 0:
        post.queue.put(message, delay)
        return "retrying"
    webhook = post.store.get(message.workspace_id, message.webhook_id)
    if webhook is None:
        return "dropped"
    if not webhook.enabled:
        post.store.note(_line(message, "dropped", None, "the webhook is disabled", now, None), now)
        return "dropped"
    status, error = _attempt(post, webhook, message, now)
    if error is None:
        post.store.note(_line(message, "delivered", status, None, now, None), now)
        if webhook.failing_since is not None:
            _change(post, webhook, Webhook.answered)
        return "delivered"
    again = None if status == 410 else message.again(now, post.chance())
    if again is not None:
        post.queue.put(again, again.delay(now))
    state: State = "retrying" if again is not None else "failed"
    post.store.note(_line(message, state, status, error, now, again.due_at if again else None), now)
    webhook = _change(post, webhook, lambda read: read.failed(now)) or webhook
    if status == 410:
        _change(post, webhook, lambda read: read.disabled("it answered 410: gone"))
    elif again is None and (webhook.failing_since or "") <= (message.first_tried_at or ""):
        # It took nothing at all since this message was tried first.
        _change(post, webhook, lambda read: read.disabled(f"it failed since {read.failing_since}"))
    return state


def try_out(post: Post, caller: Caller, webhook_id: str) -> Delivery:
    """Send a test message at once. One that is answered enables a disabled webhook again. Raises `NotFound`."""
    webhook = get(post.store, caller, webhook_id)
    now = post.env.now()
    data = {"message": "This is a test.", "webhook_id": webhook.id}
    message = Message.of(webhook, TEST, post.env.new_id("evn"), times.render(now), data)
    with noting(post.audit, caller, "webhook.tested", "webhook", webhook.id):
        status, error = _attempt(post, webhook, message, now)
    line = _line(message, "failed" if error else "delivered", status, error, now, None)
    post.store.note(line, now)
    if error is None and (webhook.failing_since or not webhook.enabled):
        _change(post, webhook, Webhook.answered)
    return line


class LogPosition(cursor.Position):
    """Where a delivery log goes on."""

    before: str


def log(
    store: WebhookStore, caller: Caller, webhook_id: str, limit: int, at: str | None
) -> tuple[list[Delivery], str | None]:
    """A webhook's deliveries, newest event first, and the cursor behind them. Raises `NotFound`, `Invalid`."""
    webhook = get(store, caller, webhook_id)
    binding = cursor.binding_of("deliveries", caller.workspace_id, webhook.id)
    before = cursor.read(at, LogPosition, binding).before if at is not None else None
    found = store.log(webhook.workspace_id, webhook.id, before, limit + 1)
    more = cursor.spell(LogPosition(before=found[limit - 1][0]), binding) if len(found) > limit else None
    return [line for _, line in found[:limit]], more


def _attempt(post: Post, webhook: Webhook, message: Message, now: datetime) -> tuple[int | None, str | None]:
    secret = secret_of(post.master(), webhook.workspace_id, webhook.id)
    try:
        status = post.courier.send(webhook.url, secret, message.id, now, message.body)
    except NotDelivered as error:
        return None, str(error)
    if 200 <= status < 300:
        return status, None
    return status, "redirects are not followed" if 300 <= status < 400 else f"it answered {status}"


def _change(post: Post, webhook: Webhook, change: Callable[[Webhook], Webhook]) -> Webhook | None:
    """Write a changed subscription over what is there now. None when it is gone, or others write all the time."""
    read: Webhook | None = webhook
    for attempt in range(_ATTEMPTS):
        if read is None:
            return None
        after = change(read)
        if after == read:
            return read
        if post.store.write(after, read.version):
            return after
        post.env.pause(attempt)
        read = post.store.get(webhook.workspace_id, webhook.id)
    return None


def _line(
    message: Message, state: State, status: int | None, error: str | None, now: datetime, due_at: str | None
) -> Delivery:
    at = times.render(now)
    return Delivery(
        workspace_id=message.workspace_id,
        webhook_id=message.webhook_id,
        message_id=message.id,
        event=message.event,
        occurred_at=message.occurred_at,
        state=state,
        attempts=message.attempt + (state != "dropped"),
        status_code=status,
        error=error,
        attempted_at=at,
        next_attempt_at=due_at,
        delivered_at=at if state == "delivered" else None,
    )
