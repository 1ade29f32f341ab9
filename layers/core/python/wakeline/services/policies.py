"""Policies: the current one, earlier versions, a new one; and what other areas want to know of it."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, NotFound
from wakeline.domain.policy import Policy, read
from wakeline.domain.policy.default import DEFAULT
from wakeline.domain.policy.stored import StoredPolicy

from . import redacting
from .audit import AuditLog, noting
from .govern_ports import PolicyStore
from .ledger import ATTEMPTS


@dataclass(frozen=True, slots=True)
class Current:
    """The policy in force. Version 0 is the default, which no workspace has stored."""

    stored: StoredPolicy
    policy: Policy

    @property
    def etag(self) -> str:
        """The entity tag of this version."""
        return f'"{self.stored.version}"'


@lru_cache(maxsize=32)
def _parsed(text: str) -> Policy:
    """A policy ready to be asked. Its text was checked when it was stored."""
    return Policy(read(text))


_texts: dict[tuple[str, int, str], Current] = {}
_MOST_KEPT = 32
"""Policies that a process keeps: one of 2 000 rules takes some megabytes."""


def current(store: PolicyStore, workspace_id: str) -> Current:
    """The policy in force: one read, and another of the text where this process has not seen that version yet."""
    latest = store.latest(workspace_id)
    if latest is None:
        return _default(workspace_id)
    place = workspace_id, latest.version, latest.digest
    kept = _texts.get(place)
    if kept is None:
        kept = of_version(store, workspace_id, latest.version)
        if len(_texts) >= _MOST_KEPT:
            _texts.clear()
        _texts[place] = kept
    return kept


def of_version(store: PolicyStore, workspace_id: str, version: int) -> Current:
    """The policy as it was. Raises `NotFound`."""
    if version == 0:
        return _default(workspace_id)
    stored = store.version(workspace_id, version)
    if stored is None:
        raise NotFound("policy version not found")
    return Current(stored, _parsed(stored.text))


def put(
    store: PolicyStore, env: Env, log: AuditLog, caller: Caller, text: str, wanted: tuple[str, ...] | None = None
) -> Current:
    """Check a document and make it the policy in force. The text that is in force already makes no new version.

    `wanted` are the entity tags of which one must be that of the version in force. Raises `Invalid` with the line and
    key of each mistake, `TooLarge`, and `Conflict`.
    """
    document = read(text)
    digest = sha256(text.encode()).hexdigest()
    found = _expected(store, caller, wanted)
    if found.stored.digest == digest:
        return found
    said = {"version": found.stored.version + 1, "digest": digest, "replaces": found.stored.version}
    with noting(log, caller, "policy.updated", "policy", "policy", said):
        for attempt in range(ATTEMPTS):
            made = StoredPolicy(
                workspace_id=caller.workspace_id,
                version=found.stored.version + 1,
                digest=digest,
                text=text,
                created_at=times.render(env.now()),
                created_by=caller.principal,
                redacts=tuple(document.redaction.patterns),
            )
            if store.put(made):
                redacting.forget(caller.workspace_id)
                return Current(made, _parsed(text))
            env.pause(attempt)
            found = _expected(store, caller, wanted)
        raise Busy("too many writers of this policy at once; try again")


def _expected(store: PolicyStore, caller: Caller, wanted: tuple[str, ...] | None) -> Current:
    found = current(store, caller.workspace_id)
    if wanted is not None and found.etag not in wanted and "*" not in wanted:
        raise Conflict(f"the policy is at version {found.stored.version} by now", field="If-Match")
    return found


def _default(workspace_id: str) -> Current:
    digest = sha256(DEFAULT.encode()).hexdigest()
    stored = StoredPolicy(workspace_id, 0, digest, DEFAULT, times.render(times.EARLIEST), "wakeline")
    return Current(stored, _parsed(DEFAULT))
