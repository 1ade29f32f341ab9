"""Who is calling: API keys, service keys and console JWTs; rate limits and their headers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wakeline import settings
from wakeline.domain.api_keys import digest_of
from wakeline.domain.caller import LIMITS, ROLES, Caller
from wakeline.domain.errors import RateLimited, Unauthenticated
from wakeline.domain.ids import is_id, is_printable
from wakeline.services.ports import KeyStore

from .jwt import claims_of

MAX_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Window:
    """The caller's running minute: how much it allows, how much is left, when it ends (epoch seconds)."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """The rate-limit headers of every authenticated answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class OverLimit(RateLimited):
    """A caller whose minute is used up; its answer still carries the headers."""

    def __init__(self, window: Window, retry_after: int) -> None:
        super().__init__("too many requests in this minute", retry_after=retry_after)
        self.window = window


def credential_of(headers: dict[str, str]) -> str:
    """The bearer token or `x-retrace-key` of lower-cased headers. Raises `Unauthenticated`."""
    flat = headers.get("x-retrace-key", "").strip()
    if flat:
        return flat
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("send Authorization: Bearer <api key or JWT>")
    return token.strip()


def authenticate(
    keys: KeyStore, secret: Callable[[str], str], token: str, now: datetime, *, write: bool
) -> tuple[Caller, Window]:
    """Resolve a credential and count the request. `secret` reads a named secret.

    Raises `Unauthenticated` or `OverLimit`.
    """
    if len(token) > 8192 or not token.isascii():
        raise Unauthenticated("the credential is not valid")
    is_jwt = token.count(".") == 2
    caller, used = _user(keys, secret, token, now, write) if is_jwt else _key(keys, token, now, write)
    limit = LIMITS.get(caller.plan, LIMITS["free"])[1 if write else 0]
    reset = (int(now.timestamp()) // 60 + 1) * 60
    window = Window(limit, max(0, limit - used), reset)
    if used > limit:
        raise OverLimit(window, max(1, reset - int(now.timestamp())))
    return caller, window


def _key(keys: KeyStore, secret: str, now: datetime, write: bool) -> tuple[Caller, int]:
    use = keys.use(digest_of(secret), now, write=write)
    if use is None:
        raise Unauthenticated("the credential is not valid")
    key = use.key
    plan = key.plan or settings.default_plan()
    scopes = frozenset(key.scopes)
    caller = Caller(key.workspace_id, key.project_id, key.id, key.kind, scopes, plan, key.created_by)
    return caller, use.used


def _user(keys: KeyStore, secret: Callable[[str], str], token: str, now: datetime, write: bool) -> tuple[Caller, int]:
    claims: dict[str, Any] = claims_of(token, secret)
    workspace, role, project = claims.get("workspace_id"), claims.get("role"), claims.get("project_id")
    subject = claims["sub"]
    if not (is_id(workspace) and isinstance(role, str) and role in ROLES and (project is None or is_id(project))):
        raise Unauthenticated("the token lacks workspace_id and role")
    if not (1 <= len(subject) <= MAX_SUBJECT and is_printable(subject)):
        raise Unauthenticated(f"the token's sub must be 1 to {MAX_SUBJECT} printable characters")
    # A key has its workspace's plan with it. People have no item of their own that a change of plan could be pushed to.
    plan = keys.plan_of(str(workspace)) or settings.default_plan()
    caller = Caller(str(workspace), project, f"user:{subject}", "user", ROLES[role], plan)
    return caller, keys.count_user(caller.workspace_id, subject, now, write=write)
