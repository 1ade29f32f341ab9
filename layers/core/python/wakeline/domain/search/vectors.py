"""Vectors as they are stored: unit vectors of signed bytes, a quarter of their size as floats."""

from array import array
from collections.abc import Sequence
from math import sqrt


def quantised(vector: Sequence[float]) -> bytes:
    """A vector as one signed byte per dimension; its length does not matter. Zeros stay zeros."""
    length = sqrt(sum(each * each for each in vector))
    if not length:
        return bytes(len(vector))
    largest = max(abs(each) for each in vector)
    return array("b", [round(each / largest * 127) for each in vector]).tobytes()


def similarity(one: bytes, other: bytes) -> float:
    """Cosine of two quantised vectors, 0 to 1; what points away from each other is 0."""
    a, b = array("b", one), array("b", other)
    product = sum(x * y for x, y in zip(a, b, strict=True))
    lengths = sqrt(sum(x * x for x in a)) * sqrt(sum(y * y for y in b))
    return max(0.0, min(1.0, product / lengths)) if lengths else 0.0
