"""US dollars: sums of floats' decimal spellings, without rounding, so that no order of adding changes a total."""

from decimal import Context, Decimal

LARGEST = 1e9
"""The most that one response may cost, in US dollars."""

_EXACT = Context(prec=400)
"""A float has at most 17 digits and none beyond the 340th decimal; with at most `LARGEST` each, sums keep every one."""


def add(total: Decimal, cost: Decimal) -> Decimal:
    """The exact sum."""
    return _EXACT.add(total, cost)


def spell(cost: Decimal) -> str:
    """A decimal string without exponent or trailing zeros; `0` for nothing."""
    return format(cost.normalize(_EXACT), "f") if cost else "0"
