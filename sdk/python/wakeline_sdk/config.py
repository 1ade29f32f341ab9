"""How the SDK is set up: by arguments of `init`, else by the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Redact = Callable[[dict[str, Any]], "dict[str, Any] | None"]
"""Gets each event before it is encoded; returns what may be recorded, or None to record nothing of it."""

MIB = 1024 * 1024


@dataclass(frozen=True)
class Config:
    """Bounds are bytes of encoded events, times are seconds.

    `batch_bytes` stays far below the server's 6 MB a request. `spool_dir` None means that nothing is written to disk.
    """

    url: str
    api_key: str
    enabled: bool = True
    batch_events: int = 400
    batch_bytes: int = 2 * MIB
    flush_interval: float = 1.0
    memory_bytes: int = 32 * MIB
    spool_dir: Path | None = None
    spool_bytes: int = 256 * MIB
    timeout: float = 10.0
    exit_timeout: float = 5.0
    redact: Redact | None = None


def from_environment(environ: Mapping[str, str] | None = None, **given: Any) -> Config:
    """The configuration: what is given, else `WAKELINE_URL`, `WAKELINE_API_KEY`, `WAKELINE_ENABLED`,
    `WAKELINE_SPOOL_DIR` (empty = none). Without URL or key the SDK is off, and says so once.
    """
    env = os.environ if environ is None else environ
    said = {name: value for name, value in given.items() if value is not None}
    said.setdefault("url", env.get("WAKELINE_URL", ""))
    said.setdefault("api_key", env.get("WAKELINE_API_KEY", ""))
    said.setdefault("enabled", env.get("WAKELINE_ENABLED", "1").lower() not in ("0", "false", "no", "off"))
    if "spool_dir" not in given:
        said["spool_dir"] = _spool_dir(env)
    elif given["spool_dir"] is not None:
        said["spool_dir"] = Path(given["spool_dir"])
    said["url"] = said["url"].rstrip("/")
    said["enabled"] = bool(said["enabled"] and said["url"] and said["api_key"])
    return Config(**said)


def _spool_dir(env: Mapping[str, str]) -> Path | None:
    if "WAKELINE_SPOOL_DIR" in env:
        return Path(env["WAKELINE_SPOOL_DIR"]) if env["WAKELINE_SPOOL_DIR"] else None
    if sys.platform == "win32":
        # Taking over what an ended process left needs file locks that Windows does not have.
        return None
    state = env.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "wakeline" / "spool"
