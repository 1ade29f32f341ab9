"""People sign in at an issuer of yours: `wakeline serve --issuer`, as the deployed stack does by its parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

SECONDS = 10


@dataclass(frozen=True)
class Issuer:
    """An OpenID Connect issuer and what the console is called there. `origins` are those that a browser asks."""

    authority: str
    client_id: str
    audience: str
    jwks_url: str
    origins: tuple[str, ...]

    def parameters(self) -> dict[str, str]:
        """The template's parameters that say so."""
        return {
            "JwtIssuer": self.authority,
            "JwtAudience": self.audience,
            "JwtJwksUrl": self.jwks_url,
            "JwtSecretName": "",
        }

    def config(self) -> dict[str, str]:
        """What the console is told, as the template's output `ConsoleConfig` has it."""
        told = {"authority": self.authority, "client_id": self.client_id}
        return told if self.audience == self.client_id else told | {"audience": self.audience}


def discover(authority: str, client_id: str, audience: str | None = None) -> Issuer:
    """Ask an issuer for its keys and endpoints. Without an audience, ID tokens for the client are taken.

    Raises `OSError` for one that cannot be reached or does not answer as OpenID Connect Discovery has it.
    """
    address = f"{authority.rstrip('/')}/.well-known/openid-configuration"
    if urlsplit(address).scheme not in ("http", "https"):
        raise OSError(f"{authority}: not an http address")
    try:
        with urlopen(address, timeout=SECONDS) as answer:
            said: dict[str, Any] = json.load(answer)
        if said["issuer"].rstrip("/") != authority.rstrip("/"):
            raise ValueError(f"it calls itself {said['issuer']}")
        asked = (authority, said["token_endpoint"])
        origins = tuple(dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(each)) for each in asked))
        return Issuer(said["issuer"], client_id, audience or client_id, said["jwks_uri"], origins)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OSError(f"{address} does not say what an issuer says: {error}") from error
