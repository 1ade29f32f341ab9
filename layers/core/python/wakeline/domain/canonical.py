"""Canonical JSON (RFC 8785, JCS), the bytes that hashes are taken over, and the strict reader in front of it."""

import re
from json import JSONEncoder
from typing import Any

import rfc8785
from pydantic_core import from_json

from .errors import Invalid, Malformed

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 64

_LONG_INTEGER = re.compile(rb"[\[:,]-?[0-9]{16,}[,\]}]")


def canonical(value: Any, field: str = "payload") -> bytes:
    """The RFC 8785 bytes of `value`.

    Raises `Invalid` naming `field` for what has no canonical form: integers beyond ±(2⁵³−1), NaN, lone surrogates.
    """
    try:
        return _spell(value).encode()
    except rfc8785.IntegerDomainError as error:
        raise Invalid(
            f"{field} holds an integer beyond ±(2^53-1), which JSON cannot carry exactly; send it as a string",
            field=field,
        ) from error
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        raise Invalid(f"{field} has no canonical JSON form", field=field) from error


_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
_SPELT_OTHERWISE = re.compile(r"[\[:,]-?(?:[0-9]+\.0[,}\]]|[0-9.]+e|[0-9]{16,})")
"""Numbers that RFC 8785 writes, or refuses, otherwise than Python does: 1.0, 1e-07, integers of 16 digits and more."""
_TEXT = frozenset({str})
_HOLDERS = (dict, list, tuple)
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_BEHIND_SURROGATES = re.compile("[\ue000-\uffff]")


def _spell(value: Any) -> str:
    """What `rfc8785.dumps` writes, as text, mostly by the json module: else half of a large append would be spent here.

    The two differ in some numbers, in names that are no text, and in the order of names beyond U+FFFF, which RFC 8785
    sorts by UTF-16 units. Where the text holds what may be one of these, even within a string, the library decides; and
    it refuses what json refuses.
    """
    if type(value) is dict or type(value) is list:
        try:
            text = _ENCODER.encode(value)
        except (TypeError, ValueError, RecursionError):
            return rfc8785.dumps(value).decode()
        odd = _SPELT_OTHERWISE.search(text) or (_ASTRAL.search(text) and _BEHIND_SURROGATES.search(text))
        if not odd and _names_are_text(value):
            return text
    return rfc8785.dumps(value).decode()


def _names_are_text(value: Any) -> bool:
    rest = [value]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            if not _TEXT.issuperset(map(type, node)):
                return False
            node = node.values()
        rest += [each for each in node if isinstance(each, _HOLDERS)]
    return True


def read_json(body: bytes | str) -> Any:
    """Parse strict JSON: UTF-8, no NaN or Infinity, no lone surrogates, at most `MAX_DEPTH` levels deep.

    Raises `Malformed` with the position, or `Invalid` for nesting that is too deep.
    """
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise Invalid(f"body is nested more than {MAX_DEPTH} levels deep", field="body") from error
        raise Malformed(f"body is not valid JSON: {error}") from error
    if _deeper_than(value, MAX_DEPTH):
        raise Invalid(f"body is nested more than {MAX_DEPTH} levels deep", field="body")
    return value


def read_canonical(stored: bytes) -> Any:
    """Read back an object or array that `canonical` wrote, such that writing it again gives the same bytes.

    RFC 8785 spells a float such as 1e16 as an integer; it must come back as the float, since it is beyond the
    integers that have a canonical form. Raises ValueError.
    """
    value = from_json(stored)
    return _with_floats(value) if _LONG_INTEGER.search(stored) else value


def _with_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_floats(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_floats(each) for each in value]
    return float(value) if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER else value


def _deeper_than(value: Any, levels: int) -> bool:
    """Whether `value` nests deeper than `levels`, breadth first so that no input can exhaust the stack."""
    layer = [value]
    for _ in range(levels):
        inner: list[Any] = []
        for node in layer:
            if isinstance(node, dict):
                inner.extend(child for child in node.values() if isinstance(child, dict | list))
            elif isinstance(node, list):
                inner.extend(child for child in node if isinstance(child, dict | list))
        if not inner:
            return False
        layer = inner
    return True
