"""One line of a transcript, read tolerantly into values that RFC 8785 can write again."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from ..canonical import MAX_DEPTH, MAX_SAFE_INTEGER

_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`value` is what the line says, `used` the bytes that say it, `error` what is wrong with the line, if anything.

    Both may be there: an object followed by other text is taken, and the text behind it reported.
    """

    value: Any
    used: bytes
    error: str | None = None


def parse(raw: bytes) -> Parsed:
    """Read one line of JSON. Never raises.

    Numbers that JSON cannot carry exactly (integers beyond ±(2⁵³−1), floats beyond the range) become strings; lone
    surrogates and bytes that are not UTF-8 become U+FFFD. NaN and Infinity are not JSON: an error, as is nesting
    beyond `MAX_DEPTH`.
    """
    try:
        text = raw.decode()
        unclean = _SURROGATE_ESCAPE.search(raw) is not None
    except UnicodeDecodeError:
        text = raw.decode(errors="surrogateescape")
        unclean = True
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        return Parsed(None, raw, _TOO_DEEP)
    except ValueError as error:
        return Parsed(None, raw, f"not valid JSON: {_reason(error)}")
    # No line can nest deeper than the brackets it holds, which is quicker to see than to walk.
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _depth_exceeds(value, MAX_DEPTH):
        return Parsed(None, raw, _TOO_DEEP)
    if unclean:
        value = _clean(value)
    if end < len(text):
        return Parsed(value, text[:end].encode(errors="surrogateescape"), "text after the JSON value was passed over")
    return Parsed(value, raw)


_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return str(error)[:100]


def _integer(digits: str) -> int | str:
    if len(digits) > 17:
        return digits
    number = int(digits)
    return number if -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER else digits


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _depth_exceeds(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [
            child
            for node in layer
            for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(child, dict | list)
        ]
        if not layer:
            return False
    return True


def _clean(value: Any) -> Any:
    """`value` with every lone surrogate replaced; recursion is bounded by `MAX_DEPTH`, checked before."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
