"""Which parts become one, and what that costs."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.search.lexical import lexical_vector
from wakeline.domain.search.parts import FAN, LARGEST, SMALLEST, Manifest, Part, due
from wakeline.domain.search.ranks import K, fused, words_and_vectors
from wakeline.domain.search.vectors import quantised, similarity


def part(number, documents=1, model="m"):
    return Part(f"p{number}", documents, 0, model, 4, "2026-01-01", "2026-01-01")


def test_eight_of_a_tier_are_due():
    small = [part(number) for number in range(FAN)]
    assert due(Manifest("2026-01", 1, tuple(small[:-1]))) is None
    assert due(Manifest("2026-01", 1, tuple(small))) == small
    others = (*small[:-1], part(99, SMALLEST + 1))
    assert due(Manifest("2026-01", 1, others)) is None
    assert due(Manifest("2026-01", 1, (*small[:-1], part(99, model=None)))) is None


def test_what_is_large_is_merged_no_more():
    large = tuple(part(number, LARGEST // FAN) for number in range(FAN))
    assert due(Manifest("2026-01", 1, large)) is None


@given(st.lists(st.integers(1, 300), min_size=1, max_size=200))
def test_every_document_is_rewritten_once_a_tier(batches):
    """The parts stay few, no document is lost, and what is written over all grows with the logarithm."""
    manifest, written = Manifest("2026-01"), 0
    for number, documents in enumerate(batches):
        manifest = manifest.adding(part(number, documents))
        written += documents
        while (parts := due(manifest)) is not None:
            merged = part(f"{number}m{written}", sum(each.documents for each in parts))
            after = manifest.replacing(parts, merged)
            assert after is not None
            manifest, written = after, written + merged.documents
    total = sum(batches)
    tiers = 1 + max(each.tier for each in manifest.parts)
    assert sum(each.documents for each in manifest.parts) == total
    assert len(manifest.parts) <= (FAN - 1) * tiers
    assert written <= total * (tiers + 1)


def test_a_part_that_is_not_listed_any_more_is_not_replaced():
    manifest = Manifest("2026-01", 4, (part(1), part(2)))
    assert manifest.replacing([part(1), part(3)], part(4)) is None
    assert manifest.replacing([part(1)], None) == Manifest("2026-01", 5, (part(2),))
    assert manifest.replacing([part(1)], part(3)) == replace(manifest, version=5, parts=(part(2), part(3)))


def test_fusion_prefers_agreement():
    assert [hit for hit, _ in fused([["a", "b", "c"], ["d", "b"]])] == ["b", "a", "d", "c"]
    assert fused([["a"], ["a"]]) == [("a", 2 / (K + 1))]
    assert fused([[], []]) == []


@given(st.text())
def test_vectors_of_any_text(text):
    vector = quantised(lexical_vector(text))
    assert len(vector) == 256
    assert similarity(vector, vector) in (0.0, 1.0) or abs(similarity(vector, vector) - 1) < 1e-9


def test_near_spelling_is_near():
    def near(one, other):
        return similarity(quantised(lexical_vector(one)), quantised(lexical_vector(other)))

    assert near("the database connection", "Database CONNECTIONS") > 0.5 > near("the database", "a walrus")
    assert near("crème brûlée", "creme brulee") > 0.99


def test_a_list_by_meaning_counts_more_and_one_by_spelling_does_not():
    assert words_and_vectors(["a", "b"], ["b", "a"], lexical=False) == ["b", "a"]
    assert words_and_vectors(["a"], ["b"], lexical=False) == ["b", "a"]
    assert words_and_vectors(["a"], ["b"], lexical=True) == ["a", "b"]
