"""Canonical JSON (RFC 8785, JCS), the bytes that hashes are taken over, and the strict reader in front of it."""

from typing import Any

import rfc8785
from pydantic_core import from_json

from .errors import Invalid, Malformed

MAX_SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 64


def canonical(value: Any, field: str = "payload") -> bytes:
    """The RFC 8785 bytes of `value`.

    Raises `Invalid` naming `field` for what has no canonical form: integers beyond ±(2⁵³−1), NaN, lone surrogates.
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError as error:
        raise Invalid(
            f"{field} holds an integer beyond ±(2^53-1), which JSON cannot carry exactly; send it as a string",
            field=field,
        ) from error
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        raise Invalid(f"{field} has no canonical JSON form", field=field) from error


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


def _deeper_than(value: Any, levels: int) -> bool:
    """Whether `value` nests deeper than `levels`, breadth first so that no input can exhaust the stack."""
    layer = [value]
    for _ in range(levels + 1):
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
