"""Searching memories by words and by meaning. They are few, so all that the caller sees are compared."""

from dataclasses import replace
from typing import TypedDict

from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.memory import Memory, MemoryJson
from wakeline.domain.search.ranks import words_and_vectors
from wakeline.domain.search.state import EmbeddingFailed
from wakeline.domain.search.vectors import similarity

from .memories import Wanted, visible
from .memory_ports import MemoryStore
from .ports import LedgerStore
from .search_ports import Embedder, TextRanker
from .span_search import DEPTH, Embedding, Mode, question

MOST_EMBEDDED = 200
"""Memories that a search makes vectors for, since they were written when another model was in use, or none."""


class MemoryHit(TypedDict):
    """A memory that was found; `similarity` is 0 to 1."""

    memory: MemoryJson
    similarity: float


class MemoriesFound(TypedDict):
    """Memories, best first, and how they were looked for."""

    results: list[MemoryHit]
    mode: Mode
    embedding: Embedding


def search(
    store: MemoryStore,
    ledger: LedgerStore,
    ranker: TextRanker,
    embedder: Embedder,
    env: Env,
    caller: Caller,
    text: str,
    wanted: Wanted,
    limit: int,
    mode: Mode = "hybrid",
) -> MemoriesFound:
    """Memories near to a question. Raises `NotFound` for another project than the caller's."""
    memories, _ = visible(store, ledger, env, caller, wanted)
    asking = question(embedder, text, mode)
    by_text: list[int] = []
    if asking.fts is not None and memories:
        by_text = ranker.best([memory.text for memory in memories], asking.fts, DEPTH)
    near: dict[int, float] = {}
    if asking.vector is not None:
        memories = _embedded(memories, embedder)
        for place, memory in enumerate(memories):
            if memory.vector is not None and memory.vector_model == embedder.model:
                near[place] = similarity(asking.vector, memory.vector)
    by_vector = sorted((place for place in near if near[place] >= embedder.floor), key=lambda place: -near[place])
    chosen = words_and_vectors(by_text, by_vector[:DEPTH], lexical=embedder.is_lexical)[:limit]
    results: list[MemoryHit] = [
        {"memory": memories[place].to_json(), "similarity": round(near.get(place, 0.0), 4)} for place in chosen
    ]
    return {"results": results, "mode": asking.mode, "embedding": asking.embedding}


def _embedded(memories: list[Memory], embedder: Embedder) -> list[Memory]:
    """With vectors of this model, as far as `MOST_EMBEDDED` reach."""
    missing = [place for place, memory in enumerate(memories) if memory.vector_model != embedder.model][:MOST_EMBEDDED]
    try:
        vectors = embedder.embed([memories[place].text for place in missing]) if missing else []
    except EmbeddingFailed:
        return memories
    found = list(memories)
    for place, vector in zip(missing, vectors, strict=True):
        found[place] = replace(found[place], vector=vector, vector_model=embedder.model)
    return found
