"""`python -m bench.relevance`: nDCG@10 of words, vectors and both fused, for each embedder that is installed.

`memories.txt` holds memories (key, value), `queries.txt` the judged queries: `m` over the memories, `t` over the
messages of the real transcripts; then `what: grade`, a memory's key or a passage that only the messages meant contain.
2 is the answer, 1 is related; what is not named counts 0.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from bench.machine import describe, table
from bench.rig import transcripts
from wakeline.adapters.embeddings import chosen
from wakeline.adapters.embeddings.lexical import LexicalEmbedder
from wakeline.adapters.sqlite.ranker import SqliteRanker
from wakeline.domain.search.documents import MAX_EMBEDDED
from wakeline.domain.search.query import fts_query
from wakeline.domain.search.ranks import words_and_vectors
from wakeline.domain.search.vectors import similarity
from wakeline.services.search_ports import Embedder

FOLDER = Path(__file__).parent
DEPTH = 100
MODES = ("text", "vector", "hybrid")


def memories() -> list[tuple[str, str]]:
    """(name, text) of every memory, as `Memory.text` has it."""
    lines = (FOLDER / "memories.txt").read_text().splitlines()
    return [(key, f"{key.replace('-', ' ')}\n{value}") for key, value in (line.split("\t") for line in lines)]


def messages() -> list[tuple[str, str]]:
    """(name, text) of every message of the transcripts."""
    found = []
    for path in transcripts():
        for number, line in enumerate(path.read_text().splitlines()):
            said = json.loads(line)
            content = (said.get("message") or {}).get("content") if said.get("type") in ("user", "assistant") else None
            if isinstance(content, list):
                content = "\n".join(part["text"] for part in content if part.get("type") == "text")
            if content and content.strip():
                found.append((f"{path.stem}:{number}", content))
    return found


def queries(kind: str, documents: Sequence[tuple[str, str]]) -> list[tuple[str, dict[int, int]]]:
    """(query, place of a document → grade). Fails on a judgement that fits no document."""
    found = []
    for line in (FOLDER / "queries.txt").read_text().splitlines():
        which, query, judged = line.split("\t")
        if which != kind:
            continue
        grades: dict[int, int] = {}
        for what, grade in _judgements(judged):
            places = [n for n, (name, text) in enumerate(documents) if (name == what if kind == "m" else what in text)]
            if not places:
                raise ValueError(f"nothing fits {what!r}")
            for place in places:
                grades[place] = max(grade, grades.get(place, 0))
        found.append((query, grades))
    return found


def _judgements(text: str) -> list[tuple[str, int]]:
    found, rest = [], text
    while rest:
        at = min(place for grade in (":1", ":2") if (place := rest.find(grade)) >= 0)
        found.append((rest[:at], int(rest[at + 1])))
        rest = rest[at + 2 :].lstrip()
    return found


def ndcg(ranked: Sequence[int], grades: dict[int, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain, gains 2^grade - 1 (Burges et al., ICML 2005)."""

    def gain(values: Sequence[int]) -> float:
        return sum((2.0**value - 1) / math.log2(place + 2) for place, value in enumerate(values[:depth]))

    return gain([grades.get(each, 0) for each in ranked]) / gain(sorted(grades.values(), reverse=True))


def scores(
    documents: Sequence[tuple[str, str]], judged: Sequence[tuple[str, dict[int, int]]], embedder: Embedder
) -> dict[str, list[float]]:
    """nDCG@10 of every query by mode, as memory search ranks."""
    ranker, texts = SqliteRanker(), [text for _, text in documents]
    vectors = embedder.embed([text[:MAX_EMBEDDED] for text in texts])
    found: dict[str, list[float]] = {mode: [] for mode in MODES}
    for query, grades in judged:
        fts = fts_query(query, any_word=True)
        by_text = ranker.best(texts, fts, DEPTH) if fts is not None else []
        (asked,) = embedder.embed([query])
        near = {place: similarity(asked, vector) for place, vector in enumerate(vectors)}
        by_vector = sorted((place for place in near if near[place] >= embedder.floor), key=lambda place: -near[place])
        both = words_and_vectors(by_text, by_vector[:DEPTH], lexical=embedder.is_lexical)
        for mode, ranked in zip(MODES, (by_text, by_vector, both), strict=True):
            found[mode].append(ndcg(ranked, grades))
    return found


def main() -> None:
    """Print a table: a row per embedder and collection."""
    print(describe(), flush=True)
    embedders: list[Embedder] = [LexicalEmbedder()]
    if (local := chosen("local", 0)).model != embedders[0].model:
        embedders.append(local)
    rows = []
    for embedder in embedders:
        every: dict[str, list[float]] = {mode: [] for mode in MODES}
        for kind, name, documents in (("m", "memories", memories()), ("t", "messages", messages())):
            if documents:
                judged = queries(kind, documents)
                found = scores(documents, judged, embedder)
                for mode in MODES:
                    every[mode] += found[mode]
                rows.append((embedder.model, name, len(documents), len(judged), *_means(found)))
        for name, start, step in (("all", 0, 1), ("every other", 0, 2), ("the others", 1, 2)):
            part = {mode: every[mode][start::step] for mode in MODES}
            rows.append((embedder.model, name, "", len(part["text"]), *_means(part)))
    table("Relevance: nDCG@10", ("embedder", "over", "documents", "queries", *MODES), rows)


def _means(found: dict[str, list[float]]) -> list[str]:
    return [f"{sum(found[mode]) / len(found[mode]):.3f}" for mode in MODES]


if __name__ == "__main__":
    main()
