"""Billing: which plan a workspace's subscriptions come to, whatever order their news arrive in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import times
from .caller import LIMITS
from .errors import Invalid
from .ids import is_id

PAID = frozenset({"active", "past_due"})
"""Statuses that a plan is had in. A subscription past due has its days of grace; the provider says when they end."""
_LAST = frozenset({"cancelled", "expired", "failed"})
KEPT = 20
"""Subscriptions of a workspace that are remembered."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription as the latest news had it; `at` is when that happened, a sortable time."""

    id: str
    status: str
    plan: str
    at: str

    def order(self) -> tuple[str, bool]:
        """What is later news: of one moment, an end comes last."""
        return self.at, self.status in _LAST


@dataclass(frozen=True, slots=True)
class News:
    """What a webhook says of a workspace's subscription."""

    workspace_id: str
    customer_id: str | None
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Account:
    """A workspace's billing. `version` counts its changes, 0 before the first."""

    workspace_id: str
    customer_id: str | None = None
    subscriptions: tuple[Subscription, ...] = ()
    version: int = 0

    @property
    def plan(self) -> str | None:
        """The best plan that is paid for; None for none: the deployment's default."""
        paid = [each.plan for each in self.subscriptions if each.status in PAID]
        return max(paid, key=lambda plan: LIMITS[plan]) if paid else None

    def after(self, news: News) -> "Account":
        """With what the news say; as it is when later news of that subscription were here before."""
        known = {each.id: each for each in self.subscriptions}
        before = known.get(news.subscription.id)
        if before is not None and news.subscription.order() <= before.order():
            return self
        known[news.subscription.id] = news.subscription
        kept = sorted(known.values(), key=lambda each: (each.status in PAID, each.order()))[-KEPT:]
        return replace(
            self,
            customer_id=news.customer_id or self.customer_id,
            subscriptions=tuple(kept),
            version=self.version + 1,
        )


def news_of(sent: Any, plans: Mapping[str, str]) -> News | None:
    """What a webhook's body says, by `plans` (product id → plan). None when it does not concern a workspace's plan.

    Raises `Invalid` for a subscription event that cannot be read.
    """
    kind, data = (sent.get("type"), sent.get("data")) if isinstance(sent, dict) else (None, None)
    if not isinstance(kind, str) or not kind.startswith("subscription.") or not isinstance(data, dict):
        return None
    metadata = data.get("metadata")
    workspace_id = metadata.get("workspace_id") if isinstance(metadata, dict) else None
    plan = plans.get(str(data.get("product_id")))
    if not is_id(workspace_id) or plan is None:
        return None
    place, status, moment = data.get("subscription_id"), data.get("status"), sent.get("timestamp")
    for field, value in (("data.subscription_id", place), ("data.status", status), ("timestamp", moment)):
        if not isinstance(value, str) or not 1 <= len(value) <= 128:
            raise Invalid(f"{field}: must be a string", field=field)
    customer = data.get("customer")
    customer_id = customer.get("customer_id") if isinstance(customer, dict) else None
    at = times.sortable(times.normalise(str(moment), "timestamp"))
    subscription = Subscription(str(place), str(status), plan, at)
    return News(str(workspace_id), customer_id if isinstance(customer_id, str) else None, subscription)
