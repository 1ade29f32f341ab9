"""Dodo Payments: checkout sessions, the customer portal, and webhooks in Standard Webhooks' form.

Its keys are one secret in Secrets Manager, a JSON object: `api_key`, `webhook_key`, `products` (plan → product id), and
if need be `mode` (`live_mode` by default, or `test_mode`) and `base_url`.
"""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from wakeline.domain.caller import LIMITS
from wakeline.domain.canonical import read_json
from wakeline.domain.errors import BillingNotConfigured, Unauthenticated, Unavailable

T = TypeVar("T")
NOT_CONFIGURED = "this deployment takes no payments: BillingSecretName names no secret of a payment provider"


class DodoPayments:
    """The `Payments` port. `secret` is the JSON of the keys; an empty one raises `BillingNotConfigured`."""

    def __init__(self, secret: str) -> None:
        self._said = _read(secret)

    @property
    def products(self) -> Mapping[str, str]:
        """Plans that are sold, of those there are."""
        sold = self._said["products"]
        return {plan: product for plan, product in sold.items() if plan in LIMITS and isinstance(product, str)}

    def checkout(
        self, workspace_id: str, product_id: str, customer_id: str | None, email: str | None, return_url: str | None
    ) -> str:
        """A checkout session for one subscription; its metadata come back with every webhook of it."""
        customer: dict[str, Any] = {"customer_id": customer_id} if customer_id else {"email": email} if email else {}
        said: dict[str, Any] = {
            "product_cart": [{"product_id": product_id, "quantity": 1}],
            "metadata": {"workspace_id": workspace_id},
            **({"customer": customer} if customer else {}),
            **({"return_url": return_url} if return_url else {}),
        }
        session = _asked(lambda: self._client.checkout_sessions.create(**said))
        if not session.checkout_url:
            raise Unavailable("the payment provider gave no checkout")
        return str(session.checkout_url)

    def portal(self, customer_id: str, return_url: str | None) -> str:
        """A session of the customer portal."""
        said = {"return_url": return_url} if return_url else {}
        return str(_asked(lambda: self._client.customers.customer_portal.create(customer_id, **said)).link)

    def verified(self, body: bytes, headers: Mapping[str, str]) -> tuple[str, object]:
        """Check signature and time by Standard Webhooks."""
        from standardwebhooks import Webhook

        try:
            Webhook(self._said["webhook_key"]).verify(body, dict(headers), json_parse=False)
        except Exception as error:
            # The library lets a malformed header out as whatever broke on it.
            raise Unauthenticated("the webhook's signature is not valid") from error
        return headers["webhook-id"], read_json(body)

    @cached_property
    def _client(self) -> Any:
        import dodopayments

        base_url = self._said.get("base_url")
        where = {"base_url": base_url} if base_url else {"environment": self._said.get("mode") or "live_mode"}
        return dodopayments.DodoPayments(bearer_token=self._said["api_key"], timeout=10, max_retries=2, **where)


def _read(secret: str) -> dict[str, Any]:
    if not secret:
        raise BillingNotConfigured(NOT_CONFIGURED)
    try:
        said = json.loads(secret)
        complete = all(isinstance(said[name], str) and said[name] for name in ("api_key", "webhook_key"))
        if not complete or not isinstance(said["products"], dict):
            raise ValueError("incomplete")
    except (ValueError, KeyError, TypeError):
        # Not the error that was found: it may quote the secret.
        raise BillingNotConfigured("the payment provider's secret needs api_key, webhook_key and products") from None
    return dict(said)


def _asked(call: Callable[[], T]) -> T:
    """What the provider answers. Its errors may quote the request, so only their kind is told."""
    import dodopayments

    try:
        return call()
    except dodopayments.APIStatusError as error:
        raise Unavailable(f"the payment provider answered {error.status_code}") from error
    except dodopayments.APIError as error:
        raise Unavailable("the payment provider cannot be reached") from error
