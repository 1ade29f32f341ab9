"""Redaction on the way in: what a workspace's policy names, and what its settings name, is taken out of events before
they are hashed and stored.
"""

import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from wakeline.domain.env import Env, Redact
from wakeline.domain.events import NewEvent

if TYPE_CHECKING:  # policies and settings are a fifth of a cold start, and most requests record nothing
    from .config_ports import ConfigStore
    from .govern_ports import PolicyStore

LASTS_S = 30.0
"""How long a process goes by what it read: two small reads in that time, whatever it records meanwhile."""
MOST_KEPT = 4096

T = TypeVar("T")

SAID = ("name", "title", "metadata")
"""The facts of a trace that are free text; others tell where it belongs and who made it."""

_kept: dict[str, tuple[float, Redact | None]] = {}


def wanted(policies: "PolicyStore", config: "ConfigStore", workspace_id: str) -> Redact | None:
    """What a workspace wants out of its records, by policy or settings as they were at most `LASTS_S` seconds ago."""
    now = time.monotonic()
    kept = _kept.get(workspace_id)
    if kept is not None and now - kept[0] <= LASTS_S:
        return kept[1]
    from wakeline.domain.config import redacted_by

    latest = policies.latest(workspace_id)
    names = {*(latest.redacts if latest is not None else ()), *redacted_by(config.current(workspace_id).settings)}
    redact = _redactor(tuple(sorted(names))) if names else None
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[workspace_id] = now, redact
    return redact


def forget(workspace_id: str) -> None:
    """The policy or the settings were changed by this very process."""
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
