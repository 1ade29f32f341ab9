"""BM25 over all parts of an index as if they were one.

FTS5 ranks within a file: a word that half of a small file holds counts for nothing there, and much in a large one. So
each part gives its best candidates with what the formula needs, and these are scored by the sums over all parts.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; the weight of a phrase as Lucene
has it, which is never negative.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import log

from .parts import Part
from .state import Hit

K1, B = 1.2, 0.75

_PHRASE = re.compile(r'"(?:[^"]|"")*"(?: \*)?')


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that fits: how many tokens it has, and how often each phrase of the query stands in it."""

    part: Part
    number: int
    length: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Documents and tokens of a part, or of several, and how many documents hold each phrase."""

    documents: int
    tokens: int
    frequencies: tuple[int, ...]

    def __add__(self, other: "Statistics") -> "Statistics":
        frequencies = tuple(mine + theirs for mine, theirs in zip(self.frequencies, other.frequencies, strict=True))
        return Statistics(self.documents + other.documents, self.tokens + other.tokens, frequencies)


@dataclass(frozen=True, slots=True)
class Matches:
    """What a part answers: how many documents fit, the best as it sees it, and its statistics."""

    count: int
    candidates: tuple[Candidate, ...]
    statistics: Statistics


def phrases_of(fts: str) -> list[str]:
    """The quoted strings of a query of ours, in the order in which FTS5 numbers them."""
    return _PHRASE.findall(fts)


def scored(answers: Sequence[Matches]) -> list[Hit]:
    """The candidates of all parts with their scores, the best first."""
    if not answers:
        return []
    whole = reduce(Statistics.__add__, (each.statistics for each in answers))
    weights = [log(1 + (whole.documents - held + 0.5) / (held + 0.5)) for held in whole.frequencies]
    usual = whole.tokens / whole.documents if whole.tokens else 1.0
    hits = [
        Hit(each.part, each.number, _score(each, weights, usual)) for answer in answers for each in answer.candidates
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.part.name, hit.number))


def _score(candidate: Candidate, weights: Sequence[float], usual: float) -> float:
    norm = K1 * (1 - B + B * candidate.length / usual)
    return sum(
        weight * count * (K1 + 1) / (count + norm) for weight, count in zip(weights, candidate.counts, strict=True)
    )
