"""Actions of the running hour, by minute: what bounds an agent's actions per hour under a rule."""

from dataclasses import dataclass, field
from datetime import datetime

KEPT_MINUTES = 61
"""The running minute and the sixty before it: no hour, wherever it begins, ever holds more than the bound."""


@dataclass(frozen=True, slots=True)
class Window:
    """Counts by minute since the epoch. `version` is 0 for one that was never stored, and rises with each action."""

    minutes: dict[int, int] = field(default_factory=dict)
    version: int = 0

    def used(self, now: datetime) -> int:
        """How many actions the last hour has seen."""
        return sum(self._recent(now).values())

    def with_one(self, now: datetime) -> "Window":
        """The window after one more action."""
        minute = _minute(now)
        recent = self._recent(now)
        return Window(recent | {minute: recent.get(minute, 0) + 1}, self.version + 1)

    def _recent(self, now: datetime) -> dict[int, int]:
        # Minutes ahead of a clock that runs behind another one's count, too.
        return {minute: count for minute, count in self.minutes.items() if minute > _minute(now) - KEPT_MINUTES}


@dataclass(frozen=True, slots=True)
class RateUse:
    """An action that counts under a rule: the window after it, which must replace the one before."""

    agent_id: str
    rule: str
    window: Window


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
