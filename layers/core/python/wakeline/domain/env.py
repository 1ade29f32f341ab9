"""What pure code is handed of the outside: clock and chance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Env:
    """Clock and chance. `new_id("evt")` gives `evt_<ULID>`; `salt()` 8 random bytes; `pause(attempt)` backs off."""

    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    salt: Callable[[], bytes]
    pause: Callable[[int], None]
