"""The settings of a workspace. Every change is a version; one that was made meanwhile is not overwritten unseen."""

from dataclasses import replace
from typing import Any

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.config import Config, Settings, check_names, merged
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, NotFound

from . import redacting
from .audit import AuditLog, noting
from .config_ports import ConfigStore

ATTEMPTS = 10


def show(config: Config) -> dict[str, Any]:
    """All settings, defaults included, with version, time and author."""
    about = {"version": config.version, "updated_at": config.updated_at, "updated_by": config.updated_by}
    return {**_full(config.settings), **about}


def _full(settings: dict[str, Any]) -> dict[str, Any]:
    return Settings.model_validate(settings).model_dump()


def read(store: ConfigStore, caller: Caller, version: int | None = None) -> Config:
    """The settings, or those of an earlier version. Raises `NotFound` for a version that never was."""
    if version is None:
        return store.current(caller.workspace_id)
    found = store.version(caller.workspace_id, version) if version else Config()
    if found is None:
        raise NotFound("no such version of the configuration")
    return found


def save(
    store: ConfigStore, env: Env, log: AuditLog, caller: Caller, changed: dict[str, Any], expected: int | None
) -> Config:
    """Set the settings named in `changed` (checked); the others stay. Setting what is set makes no new version.

    Raises `Conflict` when the current version is not the `expected` one, `Invalid` for a pattern or a detector that
    nobody knows.
    """
    check_names(changed)
    for attempt in range(ATTEMPTS):
        current = store.current(caller.workspace_id)
        if expected is not None and expected != current.version:
            raise Conflict(f"the configuration is at version {current.version}, not {expected}", field="version")
        settings = merged(current.settings, changed)
        if _full(settings) == _full(current.settings):
            return current
        now = times.render(env.now())
        after = replace(
            current,
            version=current.version + 1,
            settings=settings,
            updated_at=now,
            updated_by=caller.principal,
        )
        try:
            with noting(log, caller, "config.updated", "config", str(after.version), {"changed": sorted(changed)}):
                if not store.put(caller.workspace_id, after):
                    raise Busy("another change came first")
            redacting.forget(caller.workspace_id)
            return after
        except Busy:
            env.pause(attempt)
    raise Busy("the configuration is being changed by many at once; try again")
