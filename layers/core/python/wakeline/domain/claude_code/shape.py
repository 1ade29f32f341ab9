"""Reading fields whose type nobody guarantees: each function gives the value, or what stands for its absence."""

import hashlib
from typing import Any

from .. import times
from ..errors import Invalid
from ..ids import is_id

_LARGEST = 10**12
"""Beyond this a token count or a duration is not one; it also keeps sums over many lines exact."""


def text(value: Any) -> str | None:
    """A string that is not empty."""
    return value if isinstance(value, str) and value else None


def label(value: Any) -> str | None:
    """A string that is not empty, cut to 256 characters: for metadata, which is kept small."""
    return value[:256] if isinstance(value, str) and value else None


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def count(value: Any) -> int | None:
    """A whole number from 0 to 10¹²."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST:
        return value
    return None


def amount(value: Any) -> float | None:
    """A number from 0 to 10¹²: milliseconds, seconds, dollars."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LARGEST:
        return value
    return None


def timestamp(value: Any) -> str | None:
    """The canonical spelling of an RFC 3339 date-time between 1970 and 2099."""
    if not isinstance(value, str):
        return None
    try:
        return times.normalise(value)
    except Invalid:
        return None


def identifier(value: str) -> str:
    """`value` where it can be an id of ours, else a hash that stands for it: always the same one."""
    return value if is_id(value) else f"h-{hashlib.sha256(value.encode()).hexdigest()[:32]}"


def present(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
