"""What billing needs of the outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from wakeline.domain.billing import Account


class AccountStore(Protocol):
    """Workspaces' billing. Reads are strongly consistent."""

    def get(self, workspace_id: str) -> Account:
        """A workspace's account; a new one's has version 0."""

    def seen(self, workspace_id: str, message_id: str) -> bool:
        """Whether a webhook's message was taken before."""

    def take(self, message_id: str, before: Account, after: Account, now: datetime) -> bool:
        """Note a message as taken and store the account as it is after it, all or nothing.

        False when the message was taken before, or the account is not in the version of `before` any more.
        """


class Payments(Protocol):
    """The payment provider. Calls raise `Unavailable` when it cannot be asked or refuses."""

    @property
    def products(self) -> Mapping[str, str]:
        """What is sold: plan → product id."""

    def checkout(
        self, workspace_id: str, product_id: str, customer_id: str | None, email: str | None, return_url: str | None
    ) -> str:
        """The URL where a person buys a product for a workspace."""

    def portal(self, customer_id: str, return_url: str | None) -> str:
        """The URL where a customer sees and ends what they bought."""

    def verified(self, body: bytes, headers: Mapping[str, str]) -> tuple[str, object]:
        """A webhook's message id and body, if its signature is good and at most five minutes old.

        Raises `Unauthenticated`, or `Malformed` for a signed body that is not JSON.
        """
