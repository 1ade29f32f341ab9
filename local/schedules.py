"""`rate(…)`, `cron(…)` and `at(…)` of EventBridge Scheduler, in UTC.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: str(n) for n, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: str(n) for n, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}


def next_time(expression: str, after: datetime) -> datetime | None:
    """The first moment strictly after `after` (aware); None when there is none. Raises ValueError for a bad expression.

    A rate counts from `after`, so ask again with each moment it gives.
    """
    kind, _, rest = expression.strip().partition("(")
    content = rest.rstrip().removesuffix(")").strip()
    match kind:
        case "rate":
            found = re.fullmatch(r"(\d+)\s+(minute|hour|day)s?", content)
            if found is None or int(found[1]) < 1:
                raise ValueError(f"not a rate: {expression}")
            return after + timedelta(seconds=int(found[1]) * _UNITS[found[2]])
        case "at":
            moment = datetime.fromisoformat(content).replace(tzinfo=UTC)
            return moment if moment > after else None
        case "cron":
            return _next_cron(content.upper().split(), after.astimezone(UTC))
    raise ValueError(f"neither rate, cron nor at: {expression}")


def _next_cron(fields: list[str], after: datetime) -> datetime | None:
    if len(fields) != 6:
        raise ValueError("a cron expression has six fields: minutes hours day-of-month month day-of-week year")
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    months = _values(_named(fields[3], _MONTHS), 1, 12)
    years = _values(fields[5], 1970, 2199)
    if (fields[2] == "?") == (fields[4] == "?"):
        raise ValueError("exactly one of day-of-month and day-of-week is ?")
    day = after.date()
    while day.year <= min(max(years), after.year + 8):
        if day.year in years and day.month in months and _on(day, fields[2], _named(fields[4], _DAYS)):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if moment > after:
                        return moment
        day += timedelta(days=1)
    return None


def _on(day: date, of_month: str, of_week: str) -> bool:
    last = monthrange(day.year, day.month)[1]
    if of_week != "?":
        weekday = day.isoweekday() % 7 + 1  # Sunday is 1
        if "#" in of_week:
            which, nth = of_week.split("#")
            return weekday == int(which) and (day.day - 1) // 7 + 1 == int(nth)
        if of_week.endswith("L"):
            return weekday == int(of_week[:-1] or "7") and day.day + 7 > last
        return weekday in _values(of_week, 1, 7)
    if of_month == "L":
        return day.day == last
    if of_month.endswith("W"):
        return day == _nearest_weekday(day.replace(day=min(int(of_month[:-1]), last)))
    return day.day in _values(of_month, 1, 31)


def _nearest_weekday(day: date) -> date:
    last = monthrange(day.year, day.month)[1]
    if day.isoweekday() == 6:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if day.isoweekday() == 7:
        return day + timedelta(days=1) if day.day < last else day - timedelta(days=2)
    return day


def _named(field: str, names: dict[str, str]) -> str:
    return re.sub(r"[A-Z]{3}", lambda match: names.get(match[0], match[0]), field)


def _values(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (int(each) for each in span.split("-"))
        else:
            first = int(span)
            last = high if step else first
        if not low <= first <= last <= high:
            raise ValueError(f"{part} is outside {low}-{high}")
        found.update(range(first, last + 1, int(step or 1)))
    return found
