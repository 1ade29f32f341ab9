"""Timestamps: RFC 3339 in, one canonical UTC spelling out."""

import re
from datetime import UTC, datetime, timedelta

from .errors import Invalid

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9})\d*)?\s*([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def parse(text: str, field: str = "timestamp") -> datetime:
    """Read RFC 3339, or a bare date (midnight UTC); a missing zone means UTC. Finer than a microsecond is cut off.

    Raises `Invalid` naming `field` for anything else and for dates outside 1970–2099.
    """
    match = _RFC3339.fullmatch(text.strip()) if len(text) <= 64 else None
    if match is None:
        raise Invalid(f"{field} is not an RFC 3339 date-time", field=field)
    date, clock, fraction, zone = match.groups()
    clock = clock or "00:00:00"
    if len(clock) == 5:
        clock += ":00"
    offset = "+00:00" if zone is None or zone in "Zz" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '0')[:6]:0<6}{offset}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{field} is not a valid date-time", field=field) from error
    if not EARLIEST <= moment < LATEST:
        raise Invalid(f"{field} is outside 1970 to 2099", field=field)
    return moment


def render(moment: datetime) -> str:
    """Spell `moment` as `2026-03-21T10:00:00.000Z`: milliseconds, or microseconds where there are any."""
    moment = moment.astimezone(UTC)
    precision = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def normalise(text: str, field: str = "timestamp") -> str:
    """`render(parse(text))`, by way of a shortcut for what is already canonical to the millisecond."""
    return render(parse(text, field))


def sortable(text: str) -> str:
    """A canonical timestamp, padded to microseconds so that text order is time order."""
    return text if len(text) == 27 else f"{text[:-1]}000Z"


def seconds_between(start: str, end: str) -> float:
    """Seconds from one canonical timestamp to another, never below zero."""
    return max(0.0, (parse(end) - parse(start)).total_seconds())


def end_of_day(text: str, field: str) -> datetime:
    """Read an upper bound: a bare date means its last microsecond, so that `to=2026-03-21` includes that day."""
    moment = parse(text, field)
    return moment + timedelta(days=1, microseconds=-1) if len(text.strip()) == 10 else moment
