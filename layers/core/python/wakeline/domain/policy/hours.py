"""Hours of the day in a time zone: `08:00-18:00 Europe/Berlin`."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TEXT = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)(?:\s+(\S+))?", re.ASCII)
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From minute `start` of the local day up to, not including, minute `end`; past midnight where `end` is smaller."""

    start: int
    end: int
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str) -> "Hours":
        """Read `HH:MM-HH:MM Zone`; without a zone it is UTC, `24:00` is the day's end. Raises ValueError."""
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise ValueError("must be HH:MM-HH:MM and a time zone, as in 08:00-18:00 Europe/Berlin")
        start, end = (int(match[at]) * 60 + int(match[at + 1]) for at in (1, 3))
        if start >= _DAY or end > _DAY or int(match[2]) > 59 or int(match[4]) > 59:
            raise ValueError("holds an hour that no day has")
        if start == end:
            raise ValueError("begins and ends at the same time; leave it out to allow every hour")
        zone = match[5] or "UTC"
        try:
            return cls(start, end, ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"names no time zone of the IANA database: {zone[:64]}") from error

    def admit(self, moment: datetime) -> bool:
        """Whether the local time of `moment` lies within. On days on which clocks change, what they show counts."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end
