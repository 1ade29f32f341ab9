"""Identifiers: what a caller may choose, and how ours are spelt."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from .errors import Invalid

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,128}\z", max_length=128)]


def is_id(text: object) -> bool:
    """Whether `text` is 1 to 128 of `A-Za-z0-9._:-`."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def require_id(text: object, field: str) -> str:
    """Return `text` if it is an id. Raises `Invalid` naming `field`."""
    if not is_id(text):
        raise Invalid(f"{field} must be 1 to 128 of A-Z a-z 0-9 . _ : -", field=field)
    return str(text)


def is_printable(text: str) -> bool:
    """Whether `text` holds no control characters, line separators or lone surrogates."""
    return _CONTROL.search(text) is None


def printable(text: str) -> str:
    """The text, if it holds no control characters: for pydantic. Raises ValueError."""
    if not is_printable(text):
        raise ValueError("must not hold control characters")
    return text


Key = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(printable)]
"""An idempotency key: 1 to 256 printable characters."""

MAX_LABEL = 1024

Label = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LABEL), AfterValidator(printable)]
"""One line of text that people filter by: a name, a path, a branch, a tag."""


Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), AfterValidator(printable)]
"""A tag: a short label, without the space around it that nobody sees and no filter finds."""


def as_label(text: object) -> str | None:
    """What a `Label` can hold of a text that nobody checked: control characters go, and what is too long is cut."""
    return _CONTROL.sub("", text[:MAX_LABEL]) or None if isinstance(text, str) else None


def ulid(milliseconds: int, chance: bytes) -> str:
    """A ULID (github.com/ulid/spec): 48 bits of milliseconds and 80 of chance (10 bytes), five to a character."""
    bits = milliseconds << 80 | int.from_bytes(chance)
    return "".join([_PAIRS[bits >> at & 1023] for at in range(120, -1, -10)])


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
