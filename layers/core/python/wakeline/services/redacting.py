"""Redaction on the way in: what a workspace's policy names is taken out of events before they are hashed and stored."""

import time
from collections.abc import Iterable
from functools import partial
from typing import Any, TypeVar

from wakeline.domain.env import Env, Redact
from wakeline.domain.events import NewEvent

from .govern_ports import PolicyStore

LASTS_S = 30.0
"""How long a process goes by what it read: one small read in that time, whatever it records meanwhile."""
MOST_KEPT = 4096

T = TypeVar("T")

SAID = ("name", "title", "metadata")
"""The facts of a trace that are free text; others tell where it belongs and who made it."""

_kept: dict[str, tuple[float, Redact | None]] = {}


def wanted(store: PolicyStore, workspace_id: str) -> Redact | None:
    """What a workspace's policy wants out of its records, as it was at most `LASTS_S` seconds ago."""
    now = time.monotonic()
    kept = _kept.get(workspace_id)
    if kept is not None and now - kept[0] <= LASTS_S:
        return kept[1]
    latest = store.latest(workspace_id)
    redact = _redactor(latest.redacts) if latest is not None and latest.redacts else None
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[workspace_id] = now, redact
    return redact


def forget(workspace_id: str) -> None:
    """The policy was changed by this very process."""
    _kept.pop(workspace_id, None)


def _redactor(names: tuple[str, ...]) -> Redact:
    from wakeline.domain.redaction import redact  # compiles patterns, which few workspaces want

    return partial(redact, names=names)


def events(env: Env, workspace_id: str, sent: Iterable[NewEvent]) -> None:
    """Take out of checked events what the workspace wants out of them."""
    redact = env.redaction(workspace_id)
    if redact is None:
        return
    for event in sent:
        event.payload = redact(event.payload)
        event.metadata = redact(event.metadata)


def value(env: Env, workspace_id: str, said: T) -> T:
    """A JSON value without what the workspace wants out of it."""
    redact = env.redaction(workspace_id)
    clean: T = said if redact is None else redact(said)
    return clean


def facts(env: Env, workspace_id: str, given: dict[str, Any]) -> dict[str, Any]:
    """The facts of a new trace without what the workspace wants out of them."""
    return given | value(env, workspace_id, {name: given[name] for name in SAID if name in given})
