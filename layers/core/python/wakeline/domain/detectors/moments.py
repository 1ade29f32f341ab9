"""Days of the week, dates and hours in what people write and what a page says is selected."""

import re
from collections.abc import Callable

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_LOOSE = r"(?:\b(?:by|before|after|until|till|between|from|since|not|except|within|than)\s+(?:the\s+)?)?"
"""A word before a moment that makes it a bound: then it does not say what is to be selected."""
_NAMES = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_DAY = re.compile(rf"({_LOOSE})\b({'|'.join(_DAYS)})\b", re.IGNORECASE | re.ASCII)
_DATE = re.compile(
    rf"({_LOOSE})\b(?:\d{{4}}-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)|"
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_NAMES})\b|"
    rf"(?P<name>{_NAMES})\.? (?P<number>\d{{1,2}})(?:st|nd|rd|th)?\b)",
    re.IGNORECASE | re.ASCII,
)
_HOUR = re.compile(
    rf"({_LOOSE})\b(?:(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5]\d))? ?(?P<half>am|pm)\b|"
    r"(?P<full>[01]?\d|2[0-3]):(?P<past>[0-5]\d)(?!\d))",
    re.IGNORECASE | re.ASCII,
)
_ZONED = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:Z|[+-]\d\d:?\d\d)(?![\d-])", re.ASCII)
"""A moment of a zone: what day and hour it is where the goal was written is not known."""


def weekday(text: str) -> str | None:
    """The one day of the week that a text names."""
    return _only(text, _DAY, lambda match: match[2].lower().capitalize())


def date(text: str) -> str | None:
    """The one date that a text names, as `11-29`; years are left out, since people leave them out."""
    return _only(text, _DATE, _date)


def hour(text: str) -> str | None:
    """The one time of day that a text names, as `15:00`."""
    return _only(text, _HOUR, _hour)


MOMENTS = (weekday, date, hour)


def _only(text: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str]) -> str | None:
    if _ZONED.search(text):
        return None
    matches = list(pattern.finditer(text))
    named = {read(match) for match in matches}
    return named.pop() if len(named) == 1 and not any(match[1] for match in matches) else None


def _date(match: re.Match[str]) -> str:
    if match["m"]:
        return f"{match['m']}-{match['d']}"
    month = _MONTHS.index(
        next(name for name in _MONTHS if name.startswith((match["month"] or match["name"])[:3].lower()))
    )
    return f"{month + 1:02d}-{int(match['day'] or match['number']):02d}"


def _hour(match: re.Match[str]) -> str:
    if match["full"]:
        return f"{int(match['full']):02d}:{match['past']}"
    late = 12 if match["half"].lower() == "pm" else 0
    return f"{int(match['hour']) % 12 + late:02d}:{match['minute'] or '00'}"
