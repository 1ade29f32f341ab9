"""Search: building an index of 100 000 messages part by part, asking it warm and cold, beside one plain FTS5 file."""

import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.machine import table
from wakeline.adapters.embeddings.lexical import LexicalEmbedder
from wakeline.adapters.sqlite.parts import SqliteParts
from wakeline.domain.search.bm25 import scored
from wakeline.domain.search.documents import Document
from wakeline.domain.search.parts import Manifest, due
from wakeline.domain.search.query import fts_query
from wakeline.domain.search.where import Where

SIZE, BATCH = 100_000, 500
WORDS = 20_000
QUERIES = ("w1", "w40", "w900", "w12 w70", '"w3 w5"', "w77*", "w200 OR w300", "w9 NOT w2", "w15000", "w8 w9 w10")


class Folder:
    """Files in a folder, as `S3Blobs` has them in a bucket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, path: str) -> None:
        shutil.copyfile(path, self.folder / key.replace("/", "_"))

    def fetch(self, key: str, path: str) -> bool:
        shutil.copyfile(self.folder / key.replace("/", "_"), path)
        return True

    def dated(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        files = self.folder.glob(f"{prefix.replace('/', '_')}*")
        return ((file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC)) for file in files)

    def delete(self, key: str) -> None:
        (self.folder / key.replace("/", "_")).unlink(missing_ok=True)


def messages() -> list[Document]:
    """Made-up messages of 5 to 60 words whose frequencies fall as in a language (Zipf)."""
    chance = random.Random(7)
    weights = [1 / (rank + 1) for rank in range(WORDS)]
    words = chance.choices([f"w{rank}" for rank in range(WORDS)], weights, k=SIZE * 32)
    found, at = [], 0
    for number in range(SIZE):
        length = chance.randint(5, 60)
        if at + length > len(words):
            at = 0
        text, at = " ".join(words[at : at + length]), at + length
        trace, event = f"trc_{number // 200}", f"evt_{number}"
        found.append(Document(trace, number % 200, "p", event, "user", event, "user_message", None, "2026", text))
    return found


def main() -> None:
    """Print a table: build and ask, in CPU seconds, which a busy machine does not change much."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        documents = messages()
        rows = [_parts(folder, documents), _plain(folder, documents)]
    table(
        f"Search: {SIZE:,} messages",
        (
            "index",
            "build CPU s",
            "of it the last tenth",
            "files",
            "MB",
            "query p50 ms",
            "p95 ms",
            "cold: open and ask ms",
        ),
        rows,
        f"Parts: batches of {BATCH}, lexical vectors, merges included. Queries: CPU ms of {len(QUERIES)} queries,"
        " five times each, 20 hits with snippets. Cold: a process that holds no file yet, files on this disk.",
    )


def _parts(folder: Path, documents: list[Document]) -> tuple[object, ...]:
    files, embedder = SqliteParts(Folder(folder), 10**10), LexicalEmbedder()
    manifest, number = Manifest("2026-11"), 0
    marks = [time.process_time()]
    for at in range(0, SIZE, BATCH):
        some = documents[at : at + BATCH]
        vectors = embedder.embed([each.embedded for each in some])
        number += 1
        manifest = manifest.adding(files.build("ws", f"part_{number:06d}", some, vectors, embedder.model))
        while (ready := due(manifest)) is not None:
            number += 1
            merged = files.merge("ws", f"part_{number:06d}", ready, {})
            after = manifest.replacing(ready, merged)
            assert after is not None
            for part in ready:
                files.delete("ws", part)
            manifest = after
        marks.append(time.process_time())
    tenth = len(marks) // 10

    def ask(asked: SqliteParts, query: str) -> None:
        fts = fts_query(query)
        assert fts is not None
        answers = [asked.by_text("ws", part, fts, Where(messages=True), 120) for part in manifest.parts]
        for hit in scored(answers)[:20]:
            asked.read("ws", hit.part, [hit.number], fts)

    warm = _times(lambda query: ask(files, query))
    began = time.perf_counter()
    ask(SqliteParts(Folder(folder), 10**10), QUERIES[1])
    cold = (time.perf_counter() - began) * 1000
    size = sum(part.size for part in manifest.parts) / 1e6
    return (
        "parts",
        *_rounded(marks[-1] - marks[0], marks[-1] - marks[-1 - tenth]),
        len(manifest.parts),
        *_rounded(size, *warm, cold),
    )


def _plain(folder: Path, documents: list[Document]) -> tuple[object, ...]:
    import apsw

    path = folder / "plain.sqlite"
    began = time.process_time()
    made = apsw.Connection(str(path))
    made.execute("CREATE VIRTUAL TABLE fts USING fts5(text)")
    with made:
        made.executemany("INSERT INTO fts VALUES (?)", ((each.text,) for each in documents))
    made.close()
    took = time.process_time() - began

    def ask(connection: Any, query: str) -> None:
        asked = "SELECT rowid, snippet(fts, 0, '[', ']', '…', 24) FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 20"
        list(connection.execute(asked, (fts_query(query),)))

    held = apsw.Connection(str(path))
    warm = _times(lambda query: ask(held, query))
    started = time.perf_counter()
    ask(apsw.Connection(str(path)), QUERIES[1])
    cold = (time.perf_counter() - started) * 1000
    return ("one FTS5 file", *_rounded(took), "", 1, *_rounded(path.stat().st_size / 1e6, *warm, cold))


def _times(ask: Any) -> tuple[float, float]:
    found = []
    for query in QUERIES * 5:
        began = time.process_time()
        ask(query)
        found.append((time.process_time() - began) * 1000)
    return statistics.median(found), statistics.quantiles(found, n=20)[-1]


def _rounded(*values: float) -> list[str]:
    return [f"{value:.3g}" for value in values]
