"""Texts and numbers as a report shows them."""

import html
import re

_UNSHOWN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, halves of characters, and those that turn the direction of the text around them."""


def escape(value: object, most: int | None = None) -> str:
    """A text for HTML, inside an element or a quoted attribute, cut at `most` characters."""
    text = _UNSHOWN.sub("\ufffd", "" if value is None else str(value))
    if most is not None and len(text) > most:
        text = text[: most - 1] + "…"
    return html.escape(text, quote=True)


def count(number: int) -> str:
    """`1,234`"""
    return f"{number:,}"


def tokens(number: float) -> str:
    """`950`, `12.3K`, `4.56M`, `1.2B`"""
    for size, mark in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(number) >= size:
            return f"{number / size:.3g}{mark}" if abs(number) < 1000 * size else f"{number / size:,.0f}{mark}"
    return f"{number:,.0f}"


def dollars(amount: float | None) -> str:
    """`$1,234.50`; four digits of what is less than a dollar; `unpriced` where the cost is unknown."""
    if amount is None:
        return "unpriced"
    return f"${amount:,.2f}" if abs(amount) >= 1 or amount == 0 else f"${amount:.4f}"


def percent(share: float) -> str:
    """`12.5 %`"""
    return f"{100 * share:.1f} %"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`"""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def moment(timestamp: str | None) -> str:
    """`2026-03-21 10:00:05`"""
    return timestamp[:19].replace("T", " ") if timestamp else ""
