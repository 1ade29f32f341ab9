"""Attribute values as JSON values that have a canonical form."""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json, to_json

from wakeline.domain.canonical import MAX_SAFE_INTEGER
from wakeline.domain.times import LATEST

MAX_VALUE = 64 * 1024
"""Characters of an attribute value in metadata. What is read as messages, arguments or documents is kept whole."""

MAX_PARSED_DEPTH = 24
_LATEST_NS = int(LATEST.timestamp()) * 10**9


def number(value: int | float) -> int | float | str:
    """A number, or its spelling when JSON cannot carry it exactly: beyond ±(2⁵³−1), NaN, infinities."""
    if isinstance(value, int):
        return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else str(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def parsed(text: Any) -> Any:
    """The JSON object or array that a string holds; anything else is given back, also what has no canonical form."""
    if type(text) is not str or text[:1] not in _OPENINGS:
        return text
    try:
        value = from_json(text, allow_inf_nan=False)
        if type(value) is not dict and type(value) is not list:
            return text
        plain = not _LARGE.search(text) and text.count("{") + text.count("[") <= MAX_PARSED_DEPTH
        return value if plain else clean(value)
    except (ValueError, RecursionError):
        return text


_OPENINGS = ("{", "[", " ", "\n")
_LARGE = re.compile(r"[0-9]{16}|[0-9][eE]")
"""Digits that may be a number without an exact form."""


def clean(value: Any, depth: int = MAX_PARSED_DEPTH) -> Any:
    """A parsed JSON value with its numbers made safe. Raises ValueError for one that nests deeper than `depth`."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int or kind is float:
        return number(value)
    if depth == 0:
        raise ValueError("nested too deep")
    if kind is dict:
        return {name: clean(each, depth - 1) for name, each in value.items()}
    return [clean(each, depth - 1) for each in value]


def bounded(value: Any, limit: int = MAX_VALUE) -> Any:
    """A value cut to `limit` characters, with a mark that says so. One that is no string is cut as its JSON."""
    if type(value) is str:
        return value if len(value) <= limit else f"{value[:limit]}… [cut: {len(value)} characters]"
    if value and (type(value) is dict or type(value) is list):
        text = to_json(value)
        if len(text) > limit:
            return bounded(text.decode(), limit)
    return value


def count_of(value: Any) -> int | None:
    """A count of tokens: a whole number from 0 on, also spelt as text or as a float; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        value = int(value) if len(value) <= 16 and value.isascii() and value.isdecimal() else None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    return value if isinstance(value, int) and 0 <= value <= 10**15 else None


def dollars_of(value: Any) -> float | None:
    """An amount of US dollars from 0 on, also spelt as text; None for anything else."""
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= 1e9 else None


@lru_cache(4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def moment(nanoseconds: int) -> str | None:
    """Nanoseconds since 1970 in the canonical spelling of `wakeline.domain.times`, cut to microseconds.

    None when not given or past 2099.
    """
    if not 0 < nanoseconds < _LATEST_NS:
        return None
    seconds, rest = divmod(nanoseconds, 10**9)
    milliseconds, microseconds = divmod(rest // 1000, 1000)
    fraction = f"{milliseconds:03d}{microseconds:03d}" if microseconds else f"{milliseconds:03d}"
    return f"{_second(seconds)}.{fraction}Z"
