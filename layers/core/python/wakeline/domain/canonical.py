"""Canonical JSON (RFC 8785, JCS), the bytes that hashes are taken over, and the strict reader in front of it."""

import re
from json.encoder import encode_basestring
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


def _spell(value: Any) -> str:
    """What `rfc8785.dumps` writes, as text and in a third of the time; half of a large append would else be spent there.

    The common kinds of values are written here; the others (floats, names beyond ASCII) by that library, which also
    refuses what has no canonical form. `encode_basestring` escapes exactly what RFC 8785 says, and lone surrogates fail
    when the text is encoded.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict and all(type(name) is str and name.isascii() for name in value):
        return f"{{{','.join([f'{encode_basestring(name)}:{_spell(value[name])}' for name in sorted(value)])}}}"
    if kind is list:
        return f"[{','.join(map(_spell, value))}]"
    if kind is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return str(value)
    if value is None:
        return "null"
    return rfc8785.dumps(value).decode()


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
