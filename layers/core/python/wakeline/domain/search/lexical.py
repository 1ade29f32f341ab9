"""Vectors of words and their pieces, where no model is at hand: near in spelling, not in meaning.

Feature hashing (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009): each word and each
of its three-letter pieces adds to one of the dimensions, with a sign that its hash decides.
"""

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from zlib import crc32

from .query import STOP_WORDS

MODEL = "lexical-1"
DIMENSIONS = 256

_WORD = re.compile(r"[^\W_]+")
_PIECES = 0.7
"""How much of a word's weight its pieces have together."""


def lexical_vector(text: str) -> list[float]:
    """A unit vector of `DIMENSIONS`; all zeros for a text without words."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    vector = [0.0] * DIMENSIONS
    for word, count in Counter(_WORD.findall(plain)).items():
        if word in STOP_WORDS:
            continue
        weight = 1 + math.log(count)
        for place, share in _features(word):
            vector[place] += weight * share
    length = math.sqrt(sum(each * each for each in vector))
    return [each / length for each in vector] if length else vector


@lru_cache(maxsize=50_000)
def _features(word: str) -> tuple[tuple[int, float], ...]:
    marked = f"<{word}>"
    pieces = [marked[at : at + 3] for at in range(len(marked) - 2)]
    share = _PIECES / math.sqrt(len(pieces))
    return (_place(word, 1.0), *(_place(piece, share) for piece in pieces))


def _place(feature: str, weight: float) -> tuple[int, float]:
    digest = crc32(feature.encode("utf-8", "surrogatepass"))
    return digest % DIMENSIONS, weight if digest >> 31 else -weight
