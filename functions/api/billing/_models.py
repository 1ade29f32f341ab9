"""Requests and answers of the billing endpoints that send people on."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, StringConstraints

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/[^\s]*)?\z", max_length=2048)]


class PortalBody(BaseModel):
    """Where the provider's page leads back to."""

    model_config = ConfigDict(extra="ignore", strict=True)

    return_url: HttpsUrl | None = None


class CheckoutBody(PortalBody):
    """What is to be bought, and for the first time, by whom: the checkout asks for what is not said."""

    plan: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "pro"
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\z", max_length=254)] | None = None


class Sent(TypedDict):
    """The page to go to."""

    url: str
