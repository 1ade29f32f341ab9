"""Events as JSON, whatever an agent puts into them."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any

MAX_DEPTH = 40
"""The server refuses what is nested much deeper; beyond this a value is recorded as its text."""
MAX_TEXT = 1_000_000
"""Characters of one string that are recorded. More is cut, and the cut is said."""


def encode(event: dict[str, Any]) -> bytes:
    """The event as one line of JSON. Never fails: what JSON cannot say is said as text."""
    try:
        return _dumps(event).encode()
    except (TypeError, ValueError, RecursionError):
        # Not JSON, NaN, a circle, a lone surrogate: the slow way, value by value.
        return _dumps(plain(event)).encode("utf-8", "replace")


_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can say it: models and dataclasses as objects, times as ISO 8601, anything else as its repr."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= MAX_DEPTH:
        return _text(_repr(value))
    if isinstance(value, Mapping):
        return {_text(str(name)): plain(each, depth + 1) for name, each in list(value.items())}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each, depth + 1) for each in list(value)]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime):
        return stamp(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _object(value, depth)


def _object(value: Any, depth: int) -> Any:
    try:
        if callable(getattr(value, "model_dump", None)):
            return plain(value.model_dump(mode="json"), depth + 1)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            return {field.name: plain(getattr(value, field.name), depth + 1) for field in fields}
    except Exception:  # noqa: S110 - somebody's model that cannot say what it is
        pass
    return _text(_repr(value))


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _text(value: str) -> str:
    value = value.encode("utf-8", "replace").decode()
    return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}… ({len(value) - MAX_TEXT} characters cut)"


def stamp(moment: datetime | None = None) -> str:
    """A moment, by default now, as the ledger writes it: UTC, microseconds, Z."""
    utc = (moment or datetime.now(timezone.utc)).astimezone(timezone.utc)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")
