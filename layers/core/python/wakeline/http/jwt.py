"""Console JWTs: verified against the configured issuer, audience and expiry.

An issuer either publishes its keys (JWKS) or signs with a shared HS256 secret, as Supabase does; which one is settled
by configuration, never by the token's own header.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from wakeline import settings
from wakeline.domain.errors import Unauthenticated

LEEWAY_S = 30
_ASYMMETRIC = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


def claims_of(token: str, secret: Callable[[str], str]) -> dict[str, Any]:
    """The verified claims of a token. Raises `Unauthenticated`, without saying what exactly did not fit."""
    import jwt

    issuer, audience = settings.jwt_issuer(), settings.jwt_audience()
    if not issuer or not audience:
        raise Unauthenticated("the credential is not valid")
    try:
        key, algorithms = _verification_key(token, secret)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=algorithms,
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError) as error:
        # The last three: a key of one kind under an algorithm of another, and numbers that are none.
        raise Unauthenticated("the credential is not valid") from error
    return claims


def _verification_key(token: str, secret: Callable[[str], str]) -> tuple[Any, list[str]]:
    if settings.jwt_jwks_url():
        return _jwks(settings.jwt_jwks_url()).get_signing_key_from_jwt(token).key, _ASYMMETRIC
    if settings.jwt_secret_name():
        return secret(settings.jwt_secret_name()), ["HS256"]
    raise Unauthenticated("the credential is not valid")


@cache
def _jwks(url: str) -> Any:
    """The issuer's published keys, kept for five minutes."""
    from jwt import PyJWKClient

    return PyJWKClient(url, cache_jwk_set=True, lifespan=300, timeout=3)
