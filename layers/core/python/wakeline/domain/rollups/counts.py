"""Counters by (dimension, name, measure), added exactly.

A number is an int, or a Decimal where it is US dollars. Zeros are dropped when counters are added to a row, so that a
row from which everything was taken away again is empty.
"""

import json
import zlib
from collections.abc import Mapping
from decimal import Decimal

from wakeline.domain import money

Key = tuple[str, str, str]
Number = int | Decimal
Counts = dict[Key, Number]


def add(total: Counts, more: Mapping[Key, Number], *, sign: int = 1) -> None:
    """Add counters (or, with `sign=-1`, take them away) in place; what comes to nothing goes."""
    for key, value in more.items():
        number = plus(total.get(key, 0), value if sign > 0 else negative(value))
        if number:
            total[key] = number
        else:
            total.pop(key, None)


def plus(one: Number, other: Number) -> Number:
    """The exact sum."""
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return money.add(Decimal(one), Decimal(other))


def negative(value: Number) -> Number:
    """The exact opposite: minus itself would round a Decimal to 28 digits."""
    return value.copy_negate() if isinstance(value, Decimal) else -value


def to_json(counts: Mapping[Key, Number]) -> dict[str, dict[str, dict[str, int | str]]]:
    """`{dimension: {name: {measure: number}}}`, sorted; dollars are decimal strings."""
    nested: dict[str, dict[str, dict[str, int | str]]] = {}
    for dimension, name, measure in sorted(counts):
        value = counts[dimension, name, measure]
        spelt = money.spell(value) if isinstance(value, Decimal) else value
        nested.setdefault(dimension, {}).setdefault(name, {})[measure] = spelt
    return nested


def from_json(nested: Mapping[str, Mapping[str, Mapping[str, int | str]]]) -> Counts:
    """Read `to_json` back."""
    return {
        (dimension, name, measure): Decimal(value) if isinstance(value, str) else value
        for dimension, names in nested.items()
        for name, measures in names.items()
        for measure, value in measures.items()
    }


def pack(value: object) -> bytes:
    """JSON, compressed; equal values give equal bytes."""
    return zlib.compress(json.dumps(value, separators=(",", ":"), sort_keys=True).encode(), 6)


def unpack(body: bytes) -> object:
    """Read `pack` back."""
    return json.loads(zlib.decompress(body))
