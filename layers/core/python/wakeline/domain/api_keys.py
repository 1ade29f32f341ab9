"""API keys: `wl_live_<43 characters>`, stored as their SHA-256 only."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

PREFIX = "wl_live_"
SHOWN = 12
"""How many characters of a key are kept in the clear, for people to tell keys apart."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret. Times are canonical timestamps; `project_id` None means the whole workspace."""

    id: str
    workspace_id: str
    project_id: str | None
    name: str | None
    scopes: tuple[str, ...]
    plan: str | None
    kind: Literal["key", "service"]
    prefix: str
    created_at: str
    created_by: str
    expires_at: str | None = None
    last_used_at: str | None = None


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key that was just used, and how many reads or writes its running minute has now seen."""

    key: ApiKey
    used: int


def digest_of(secret: str) -> str:
    """What is stored of a key: its SHA-256 in hex."""
    return sha256(secret.encode()).hexdigest()
