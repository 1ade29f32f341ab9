"""Searching spans by words and by meaning: two ranked lists, fused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

from wakeline.domain.caller import Caller
from wakeline.domain.search.bm25 import Matches, scored
from wakeline.domain.search.parts import Part
from wakeline.domain.search.query import fts_query
from wakeline.domain.search.ranks import words_and_vectors
from wakeline.domain.search.state import EmbeddingFailed, Found, Hit
from wakeline.domain.search.vectors import similarity
from wakeline.domain.search.where import Where

from .search import Index, asked, read, visible
from .search_ports import Embedder

DEPTH = 100
"""Documents of each list that are fused: what is no better than the hundredth of both is not found."""
SHOWN_TEXT = 2_000
"""Characters of a span's text that an answer repeats."""

Mode = Literal["hybrid", "text", "vector"]
Span = tuple[str, str]
"""Trace and span id: the start and the end of a span are two documents and one hit."""


class SpanHit(TypedDict):
    """A span that was found. `similarity` is 0 to 1; results stand in the order of the fused ranks."""

    trace_id: str
    span_id: str
    span_type: str
    name: str | None
    text: str
    similarity: float
    index: int
    project_id: str
    timestamp: str


class Embedding(TypedDict):
    """How vectors were made. `lexical`: they compare spelling, not meaning, as no model is configured. Not `available`:
    the model could not be asked, and words alone decided.
    """

    model: str
    lexical: bool
    available: bool


class SpansFound(TypedDict):
    """Spans, best first, and how they were looked for."""

    results: list[SpanHit]
    mode: Mode
    embedding: Embedding


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, as words and as a vector; either may be missing."""

    fts: str | None
    vector: bytes | None
    mode: Mode
    embedding: Embedding


def question(embedder: Embedder, text: str, mode: Mode) -> Question:
    """Make words and vector of a text. Where the model cannot be asked, the mode becomes `text`."""
    vector: bytes | None = None
    available = True
    if mode != "text":
        try:
            (vector,) = embedder.embed([text])
        except EmbeddingFailed:
            mode, available = "text", False
    fts = fts_query(text, any_word=True) if mode != "vector" else None
    told: Embedding = {"model": embedder.model, "lexical": embedder.is_lexical, "available": available}
    return Question(fts, vector if vector is not None and any(vector) else None, mode, told)


def spans(
    index: Index, embedder: Embedder, caller: Caller, text: str, where: Where, limit: int, mode: Mode = "hybrid"
) -> SpansFound:
    """Spans near to a question. Raises `NotFound` for another project than the caller's."""
    narrowed = replace(where, project_id=caller.narrowed(where.project_id))
    asking = question(embedder, text, mode)

    def look(parts: Sequence[Part]) -> list[SpanHit]:
        lists = ranked(index, embedder, caller.workspace_id, asking, narrowed, parts)
        found = read(index, caller.workspace_id, list(dict.fromkeys(hit for hits in lists for hit in hits)), None)
        shown: list[SpanHit] = []
        chosen = _fused(lists, found, lexical=embedder.is_lexical)
        for place, hit, _ in visible(index, caller, [documents[0] for documents in chosen], None):
            shown.append(_span(asking.vector, [found[each] for each in chosen[place]], found[hit]))
            if len(shown) == limit:
                break
        return shown

    results = asked(index, caller.workspace_id, narrowed, look)
    return {"results": results, "mode": asking.mode, "embedding": asking.embedding}


def ranked(
    index: Index, embedder: Embedder, workspace_id: str, asking: Question, where: Where, parts: Sequence[Part]
) -> list[list[Hit]]:
    """The best documents by words, and the nearest ones that are near at all."""
    by_text: list[Matches] = []
    by_vector: list[Hit] = []
    for part in parts:
        if asking.fts is not None:
            by_text.append(index.files.by_text(workspace_id, part, asking.fts, where, DEPTH))
        if asking.vector is not None and part.model == embedder.model:
            near = index.files.by_vector(workspace_id, part, asking.vector, where, DEPTH)
            by_vector += [hit for hit in near if hit.score >= embedder.floor]
    by_vector.sort(key=lambda hit: (-hit.score, hit.part.name, hit.number))
    return [scored(by_text)[:DEPTH], by_vector[:DEPTH]]


def _fused(lists: Sequence[Sequence[Hit]], found: Mapping[Hit, Found], *, lexical: bool) -> list[list[Hit]]:
    """The documents of each span, best span first."""
    documents: dict[Span, list[Hit]] = {}
    by_span: list[list[Span]] = []
    for hits in lists:
        spans = [(found[hit].document.trace_id, found[hit].document.span_id) for hit in hits]
        for span, hit in zip(spans, hits, strict=True):
            held = documents.setdefault(span, [])
            if hit not in held:
                held.append(hit)
        by_span.append(list(dict.fromkeys(spans)))
    by_text, by_vector = by_span
    return [documents[span] for span in words_and_vectors(by_text, by_vector, lexical=lexical)]


def _span(vector: bytes | None, documents: Sequence[Found], first: Found) -> SpanHit:
    named = next((each.document.name for each in documents if each.document.name), None)
    said = first.document
    return {
        "trace_id": said.trace_id,
        "span_id": said.span_id,
        "span_type": said.span_type,
        "name": named,
        "text": said.text[:SHOWN_TEXT],
        "similarity": _similarity(vector, documents),
        "index": said.index,
        "project_id": said.project_id,
        "timestamp": said.timestamp,
    }


def _similarity(vector: bytes | None, documents: Sequence[Found]) -> float:
    """The greatest cosine; 0 where there is nothing to compare."""
    if vector is None:
        return 0.0
    near = [similarity(vector, each.vector) for each in documents if each.vector and len(each.vector) == len(vector)]
    return round(max(near, default=0.0), 4)
