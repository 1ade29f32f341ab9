"""The range of time that an export is of."""

from dataclasses import dataclass
from typing import Self

from wakeline.domain import times
from wakeline.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends included; canonical times, padded to microseconds."""

    start: str
    end: str

    @classmethod
    def of(cls, start: str, end: str) -> Self:
        """Read the parameters `from` and `to`; a bare date in `to` includes that whole day. Raises `Invalid`."""
        first, last = times.parse(start, "from"), times.end_of_day(end, "to")
        if first > last:
            raise Invalid("from is after to", field="from")
        return cls(times.sortable(times.render(first)), times.sortable(times.render(last)))

    def holds(self, timestamp: str) -> bool:
        """Whether a canonical time lies within."""
        return self.start <= times.sortable(timestamp) <= self.end

    @property
    def label(self) -> str:
        """`2026-03-01-to-2026-03-21`, for file names."""
        return f"{self.start[:10]}-to-{self.end[:10]}"
