"""Billing: to the checkout, to the portal, and what the provider tells afterwards.

A workspace's plan stands with each of its keys, so that authenticating stays one update; a change of plan is pushed to
them. It is pushed again whenever a message is repeated: who died in between is made good by the provider's next try.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wakeline.domain.billing import Account, news_of
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Busy, Conflict, Invalid

from .audit import AuditLog, noting, system
from .billing_ports import AccountStore, Payments
from .ports import KeyStore

ATTEMPTS = 20


def checkout(
    store: AccountStore, payments: Payments, caller: Caller, plan: str, email: str | None, return_url: str | None
) -> str:
    """The URL of a checkout for the caller's workspace. Raises `Invalid` for a plan that is not sold, `Unavailable`."""
    product = payments.products.get(plan)
    if product is None:
        sold = ", ".join(sorted(payments.products)) or "none"
        raise Invalid(f"plan: {plan[:64]!r} is not for sale here; plans are: {sold}", field="plan")
    account = store.get(caller.workspace_id)
    return payments.checkout(caller.workspace_id, product, account.customer_id, email, return_url)


def portal(store: AccountStore, payments: Payments, caller: Caller, return_url: str | None) -> str:
    """The URL of the customer portal. Raises `Conflict` when nothing was bought yet, `Unavailable`."""
    account = store.get(caller.workspace_id)
    if account.customer_id is None:
        raise Conflict("this workspace has bought nothing yet; begin with a checkout")
    return payments.portal(account.customer_id, return_url)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: whether it was new, and whether it changed the workspace's billing."""

    new: bool
    applied: bool


def receive(
    store: AccountStore, keys: KeyStore, payments: Payments, log: AuditLog, body: bytes, headers: Mapping[str, str]
) -> Taken:
    """Take a webhook. Each message counts once; of a subscription only what is later than what is known.

    Raises `Unauthenticated`, `Malformed`, `Invalid`, `Busy`.
    """
    message_id, sent = payments.verified(body, headers)
    news = news_of(sent, {product: plan for plan, product in payments.products.items()})
    if news is None:
        return Taken(new=True, applied=False)
    for attempt in range(ATTEMPTS):
        before = store.get(news.workspace_id)
        after = before.after(news)
        if _take(store, log, message_id, before, after):
            push_plan(keys, news.workspace_id, after.plan)
            return Taken(new=True, applied=after != before)
        if store.seen(news.workspace_id, message_id):
            push_plan(keys, news.workspace_id, store.get(news.workspace_id).plan)
            return Taken(new=False, applied=False)
        log.env.pause(attempt)
    raise Busy("this workspace's billing is being changed too often at once")


def _take(store: AccountStore, log: AuditLog, message_id: str, before: Account, after: Account) -> bool:
    if after == before or store.seen(before.workspace_id, message_id):
        return store.take(message_id, before, after, log.env.now())
    said = {"plan": after.plan, "replaces": before.plan, "version": after.version}
    with noting(log, system(before.workspace_id, "billing"), "billing.updated", "billing", message_id, said):
        return store.take(message_id, before, after, log.env.now())


def push_plan(keys: KeyStore, workspace_id: str, plan: str | None) -> int:
    """Give every key of a workspace its plan; how many had another."""
    other = [digest for digest, key in keys.keys(workspace_id) if key.plan != plan]
    for digest in other:
        keys.set_plan(workspace_id, digest, plan)
    return len(other)
