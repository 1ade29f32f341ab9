"""What the edge keeps, in memory: API keys with their minute windows, and answers by Idempotency-Key."""

from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from wakeline.domain import times
from wakeline.domain.api_keys import ApiKey, KeyUse, digest_of
from wakeline.domain.claim import Claim

RUNNING_S = 60
KEPT_S = 24 * 3600


class MemoryKeys:
    """The `KeyStore` port. `add` is for tests: a key by its secret."""

    def __init__(self) -> None:
        self.stored: dict[str, ApiKey] = {}
        self.revoked: set[str] = set()
        self.windows: dict[tuple[str, ...], int] = {}
        self.plans: dict[str, str] = {}

    def add(self, secret: str, *scopes: str, **said: Any) -> ApiKey:
        key = ApiKey(
            **{
                "id": f"key_{len(self.stored) + 1}",
                "workspace_id": "ws_1",
                "project_id": None,
                "name": None,
                "scopes": scopes or ("admin",),
                "plan": "free",
                "kind": "key",
                "prefix": secret[:12],
                "created_at": "2026-03-21T09:00:00.000Z",
                "created_by": "local",
                **said,
            }
        )
        self.put(digest_of(secret), key)
        return key

    def use(self, digest: str, now: datetime, *, write: bool) -> KeyUse | None:
        key = self.stored.get(digest)
        if key is None or digest in self.revoked:
            return None
        if key.expires_at is not None and times.parse(key.expires_at) <= now:
            return None
        self.stored[digest] = replace(key, last_used_at=times.render(now))
        return KeyUse(self.stored[digest], self._count(("key", digest), now, write))

    def count_user(self, workspace_id: str, subject: str, now: datetime, *, write: bool) -> int:
        return self._count(("user", workspace_id, subject), now, write)

    def _count(self, who: tuple[str, ...], now: datetime, write: bool) -> int:
        minute = int(now.timestamp()) // 60
        window = (*who, "write" if write else "read", str(minute))
        self.windows[window] = self.windows.get(window, 0) + 1
        return self.windows[window]

    def put(self, digest: str, key: ApiKey) -> None:
        self.stored[digest] = key

    def keys(self, workspace_id: str) -> list[tuple[str, ApiKey]]:
        live = ((digest, key) for digest, key in self.stored.items() if digest not in self.revoked)
        return sorted(
            ((digest, key) for digest, key in live if key.workspace_id == workspace_id),
            key=lambda found: (found[1].created_at, found[1].id),
        )

    def revoke(self, workspace_id: str, digest: str, now: datetime) -> None:
        if digest in self.stored and self.stored[digest].workspace_id == workspace_id:
            self.revoked.add(digest)

    def set_plan(self, workspace_id: str, digest: str, plan: str | None) -> None:
        if digest in self.stored and self.stored[digest].workspace_id == workspace_id:
            self.stored[digest] = replace(self.stored[digest], plan=plan)

    def plan_of(self, workspace_id: str) -> str | None:
        return self.plans.get(workspace_id)


class MemoryAnswers:
    """The `IdempotencyStore` port."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], dict[str, Any]] = {}

    def begin(self, workspace_id: str, key: str, digest: str, now: datetime) -> Claim | dict[str, Any]:
        epoch = int(now.timestamp())
        found = self.stored.get((workspace_id, key), {})
        if found.get("expires_at", epoch) < epoch:
            found = {}
        if "state" in found or found.get("begun", 0) >= epoch - RUNNING_S:
            return dict(found)
        claim = found.get("claim") or Claim(token_hex(16), int(now.timestamp() * 1000))
        self.stored[workspace_id, key] = {
            "digest": digest, "begun": epoch, "expires_at": epoch + KEPT_S, "claim": claim
        }  # fmt: skip
        return claim

    def finish(self, workspace_id: str, key: str, response: dict[str, Any]) -> None:
        self.stored[workspace_id, key] |= response

    def release(self, workspace_id: str, key: str) -> None:
        if (workspace_id, key) in self.stored:
            self.stored[workspace_id, key]["begun"] = 0
