"""API keys: make, look at, revoke."""

from dataclasses import dataclass
from datetime import timedelta

from wakeline.domain import times
from wakeline.domain.api_keys import PREFIX, SHOWN, ApiKey, digest_of
from wakeline.domain.caller import PROJECT_KEY_SCOPES, SCOPES, Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Forbidden, Invalid, NotFound

from .audit import AuditLog, noting
from .ports import KeyStore

MAX_KEYS = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new key is to be: its scopes (a project key's when None), project, and life in days."""

    name: str | None = None
    scopes: tuple[str, ...] | None = None
    project_id: str | None = None
    expires_in_days: int | None = None


def create(store: KeyStore, env: Env, log: AuditLog, secret: str, caller: Caller, wanted: Wanted) -> ApiKey:
    """Store a key for `secret`, which is shown to its maker once and kept nowhere.

    Nobody makes a key that may do more than they may themselves. Raises `Invalid`, `Forbidden`.
    """
    scopes = PROJECT_KEY_SCOPES if wanted.scopes is None else tuple(dict.fromkeys(wanted.scopes))
    for scope in scopes:
        if scope not in SCOPES or scope == "service":
            raise Invalid(f"scopes: unknown scope {scope[:64]!r}", field="scopes")
        if not caller.may(scope):
            raise Forbidden(f"you cannot give the scope {scope}, which you do not have")
    if not scopes:
        raise Invalid("scopes: name at least one", field="scopes")
    existing = store.keys(caller.workspace_id)
    if len(existing) >= MAX_KEYS:
        raise Invalid(f"a workspace has at most {MAX_KEYS} keys; revoke some", field="name")
    now = env.now()
    expires = None
    if wanted.expires_in_days is not None:
        # In whole seconds, as the store compares it.
        expires = times.render(now.replace(microsecond=0) + timedelta(days=wanted.expires_in_days))
    key = ApiKey(
        id=env.new_id("key"),
        workspace_id=caller.workspace_id,
        project_id=caller.narrowed(wanted.project_id),
        name=wanted.name,
        scopes=scopes,
        plan=caller.plan,
        kind="key",
        prefix=secret[:SHOWN],
        created_at=times.render(now),
        created_by=caller.principal,
        expires_at=expires,
    )
    said = {
        "name": key.name,
        "prefix": key.prefix,
        "scopes": list(scopes),
        "project_id": key.project_id,
        "expires_at": expires,
    }
    with noting(log, caller, "api_key.created", "api_key", key.id, said):
        for digest, made in existing:
            if made.id == key.id:
                # Of an attempt at this same request (domain/claim.py): its secret was in an answer that nobody got.
                store.revoke(caller.workspace_id, digest, now)
        store.put(digest_of(secret), key)
    # A change of plan is pushed to the keys that are there: one at this very moment may have missed this key.
    plan = store.plan_of(caller.workspace_id)
    if plan not in (None, key.plan):
        store.set_plan(caller.workspace_id, digest_of(secret), plan)
    return key


def current(store: KeyStore, caller: Caller) -> ApiKey | None:
    """The caller's own key: the one used, or the newest that a signed-in person made. None when there is none."""
    found = _current(store, caller)
    return found[1] if found else None


def listed(store: KeyStore, caller: Caller) -> list[ApiKey]:
    """The keys of the workspace that work, oldest first; a caller of one project sees that project's."""
    return sorted((key for _, key in _visible(store, caller)), key=lambda key: (key.created_at, key.id))


def revoke(store: KeyStore, env: Env, log: AuditLog, caller: Caller, key_id: str | None) -> None:
    """Revoke the key of that id, or without one the caller's own. From the next request on it is unknown. Raises
    `NotFound`.
    """
    found = _current(store, caller) if key_id is None else _by_id(store, caller, key_id)
    if found is None:
        raise NotFound("API key not found")
    digest, key = found
    with noting(log, caller, "api_key.revoked", "api_key", key.id, {"name": key.name, "prefix": key.prefix}):
        store.revoke(caller.workspace_id, digest, env.now())


def _current(store: KeyStore, caller: Caller) -> tuple[str, ApiKey] | None:
    keys = store.keys(caller.workspace_id)
    own = [found for found in keys if caller.principal in (found[1].id, found[1].created_by)]
    used = [found for found in own if found[1].id == caller.principal]
    return next(reversed(used or own), None)


def _by_id(store: KeyStore, caller: Caller, key_id: str) -> tuple[str, ApiKey] | None:
    return next((found for found in _visible(store, caller) if found[1].id == key_id), None)


def _visible(store: KeyStore, caller: Caller) -> list[tuple[str, ApiKey]]:
    held = store.keys(caller.workspace_id)
    return [found for found in held if caller.project_id in (None, found[1].project_id)]


__all__ = ["PREFIX", "Wanted", "create", "current", "listed", "revoke"]
