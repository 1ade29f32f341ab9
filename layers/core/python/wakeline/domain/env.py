"""What is handed to services of the outside: clock, chance, and what a workspace wants nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Redact = Callable[[Any], Any]
"""A JSON value without the secrets that somebody named; the same object where it holds none."""


def nothing_redacted(_workspace_id: str) -> Redact | None:
    """Where no workspace wants anything redacted."""
    return None


@dataclass(frozen=True, slots=True)
class Env:
    """Clock and chance. `new_id("evt")` gives `evt_<ULID>`; `salt()` 8 random bytes; `pause(attempt)` backs off.

    `redaction(workspace_id)` takes out of what is recorded what the workspace wants out; None where it wants nothing.
    """

    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    salt: Callable[[], bytes]
    pause: Callable[[int], None]
    redaction: Callable[[str], Redact | None] = nothing_redacted
