"""A deterministic `Env`: a clock that moves by fixed steps, ids and salts that count."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

from wakeline.domain.env import Env

START = datetime(2026, 3, 21, 10, 0, tzinfo=UTC)


class Clock:
    """`clock()` is now; each look moves it on by `step`. `advance` moves it by hand."""

    def __init__(self, start: datetime = START, step: timedelta = timedelta(0)) -> None:
        self.moment = start
        self._step = step
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            seen = self.moment
            self.moment += self._step
            return seen

    def advance(self, **by: float) -> None:
        """`clock.advance(minutes=31)`."""
        with self._lock:
            self.moment += timedelta(**by)


def fixed_env(clock: Clock | None = None, first: int = 1) -> Env:
    """Clock, ids (`evt_000001`), salts (eight bytes counting up), and a pause that does not wait. Thread-safe.

    `first` is the first number: where there is something made before, by another one.
    """
    ids, salts = count(first), count(first)
    return Env(
        now=clock or Clock(),
        new_id=lambda prefix: f"{prefix}_{next(ids):06d}",
        salt=lambda: next(salts).to_bytes(8, "big"),
        pause=lambda _attempt: None,
    )
