"""Globs over names and scopes: `*` stands for any characters, `/` included, `?` for one. Case counts."""

import re
from functools import lru_cache

EXACT = 10_000
"""How specific a pattern without wildcards is: more than any with them, whose literal characters count, at most 512."""


def specificity(pattern: str, text: str) -> int | None:
    """How specifically `pattern` matches `text`: 0 for `*`; None when it does not."""
    if pattern == "*":
        return 0
    if "*" not in pattern and "?" not in pattern:
        return EXACT if pattern == text else None
    head, _, tail = pattern.partition("*")
    if not tail and "?" not in head:
        return len(head) if text.startswith(head) else None
    return _literals(pattern) if _compiled(pattern).fullmatch(text) else None


def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` matches the whole of `text`."""
    return specificity(pattern, text) is not None


def _literals(pattern: str) -> int:
    return len(pattern) - pattern.count("*") - pattern.count("?")


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression that takes linear time: each `*` keeps the first place at which what follows it fits.

    That is enough, as what follows a `*` may as well begin there; and no input makes it try every combination.
    """
    head, *parts = re.split(r"\*+", pattern)
    middle = "".join(f"(?=(?P<g{at}>.*?{_literal(part)}))(?P=g{at})" for at, part in enumerate(parts[:-1]))
    return re.compile(f"(?s:{_literal(head)}{middle}{f'.*{_literal(parts[-1])}' if parts else ''})")


def _literal(part: str) -> str:
    return "".join("." if each == "?" else re.escape(each) for each in part)
