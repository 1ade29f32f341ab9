"""The clock and randomness of this process."""

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from wakeline.domain.env import Env, Redact
from wakeline.domain.ids import ulid


def system_env(redaction: Callable[[str], Redact | None]) -> Env:
    """The real `Env`."""
    return Env(
        now=lambda: datetime.now(UTC),
        new_id=_new_id,
        salt=lambda: os.urandom(8),
        pause=_pause,
        redaction=redaction,
    )


def _new_id(prefix: str) -> str:
    """A prefix and a ULID."""
    return f"{prefix}_{ulid(time.time_ns() // 1_000_000, os.urandom(10))}"


def _pause(attempt: int) -> None:
    """Back off with full jitter: at most 10 ms at first, doubling up to 200 ms."""
    time.sleep(random.uniform(0, min(0.2, 0.01 * 2**attempt)))  # noqa: S311 — jitter is no secret
