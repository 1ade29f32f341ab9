"""Documents in many files are ranked as in one."""

import pytest

from tests.fakes.find import MemoryBlobs
from wakeline.adapters.sqlite.parts import SqliteParts
from wakeline.domain.search.bm25 import phrases_of, scored
from wakeline.domain.search.documents import Document
from wakeline.domain.search.query import fts_query
from wakeline.domain.search.where import Where

TEXTS = [
    "walrus", "walrus walrus tusk", "the walrus and the carpenter " + "filler " * 30, "pie", "apple pie",
    "a tusk", "carpenter",
    *(f"other {number}" for number in range(20)),
]  # fmt: skip


def ranked(query, size):
    """The places of the texts that a query finds, the best first, when each part holds `size` of them."""
    files = SqliteParts(MemoryBlobs(), 10**8)
    fts = fts_query(query)
    assert fts is not None
    answers = []
    for at in range(0, len(TEXTS), size):
        some = [
            Document("t", place, "p", "e", "user", "s", "user_message", None, "2026", TEXTS[place])
            for place in range(at, min(at + size, len(TEXTS)))
        ]
        part = files.build("ws_1", f"part_{at:03d}", some, None, None)
        answers.append((at, files.by_text("ws_1", part, fts, Where(), 100)))
    first = {answer.candidates[0].part.name: at for at, answer in answers if answer.candidates}
    return [
        (first[hit.part.name] + hit.number - 1, round(hit.score, 9)) for hit in scored([each for _, each in answers])
    ]


@pytest.mark.parametrize(
    "query", ["walrus", "walrus OR pie", "tusk OR carpenter", "wal*", '"the carpenter"', "walrus NOT tusk"]
)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_many_parts_rank_as_one(query, size):
    whole = ranked(query, len(TEXTS))
    assert sorted(ranked(query, size)) == sorted(whole)
    assert [score for _, score in ranked(query, size)] == [score for _, score in whole]
    assert all(score > 0.1 for _, score in whole)


def test_phrases_are_read_back():
    assert phrases_of('("a b" * AND "c""d") NOT "e"') == ['"a b" *', '"c""d"', '"e"']
    assert scored([]) == []
