"""Reciprocal rank fusion: lists of hits that cannot be compared by score are joined by their ranks.

Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods",
SIGIR 2009.
"""

from collections.abc import Hashable, Sequence
from typing import TypeVar

K = 60
"""The constant of the paper: it keeps one list's first place from outweighing agreement."""

MEANING = 3.0
"""What a place in a list by meaning counts for, one by words being 1. Measured on halves: docs/search.md."""

T = TypeVar("T", bound=Hashable)


def fused(lists: Sequence[Sequence[T]], weights: Sequence[float] | None = None) -> list[tuple[T, float]]:
    """Every hit of the ranked lists with its score, best first; of equal ones, the one met first."""
    scores: dict[T, float] = {}
    for place, ranked in enumerate(lists):
        weight = weights[place] if weights is not None else 1.0
        for rank, hit in enumerate(ranked, 1):
            scores[hit] = scores.get(hit, 0.0) + weight / (K + rank)
    return sorted(scores.items(), key=lambda each: -each[1])


def words_and_vectors(by_text: Sequence[T], by_vector: Sequence[T], *, lexical: bool) -> list[T]:
    """Both lists as one, best first. Vectors that compare spelling know no more than words do, so both count 1."""
    return [hit for hit, _ in fused([by_text, by_vector], [1.0, 1.0 if lexical else MEANING])]
