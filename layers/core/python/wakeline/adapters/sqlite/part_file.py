"""One part as a SQLite file: documents, their full-text index and their vectors."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wakeline.domain.search.bm25 import phrases_of
from wakeline.domain.search.documents import Document
from wakeline.domain.search.query import spaced, unspaced
from wakeline.domain.search.where import Where

MARKS = ("<mark>", "</mark>")
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand for the marks until the text around them is escaped; private-use signs, which are taken out of texts."""
_SNIPPET_TOKENS = 24

_SCHEMA = """
CREATE TABLE traces (t INTEGER PRIMARY KEY, trace TEXT NOT NULL UNIQUE, project TEXT NOT NULL);
CREATE TABLE docs (
  id INTEGER PRIMARY KEY, t INTEGER NOT NULL, idx INTEGER NOT NULL, event TEXT NOT NULL, role TEXT, span TEXT NOT NULL,
  kind TEXT NOT NULL, name TEXT, ts TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX docs_of_trace ON docs (t, idx);
CREATE VIRTUAL TABLE fts USING fts5(
  text, content='docs', content_rowid='id', tokenize="unicode61 remove_diacritics 2"
);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, v BLOB NOT NULL);
"""

Rows = list[tuple[Any, ...]]


def connect(path: str, *, writable: bool = False) -> Any:
    """A connection, with sqlite-vec's functions. What is read is immutable: SQLite takes no locks."""
    import apsw
    import sqlite_vec

    if writable:
        connection = apsw.Connection(path)
        # A part is written once and thrown away if that fails.
        connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;")
    else:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        connection = apsw.Connection(f"file:{path}?immutable=1", flags=flags)
        connection.execute("PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY;")
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.enable_load_extension(False)
    connection.register_fts5_function("counts", _counts)
    return connection


def fill(connection: Any, documents: Sequence[Document], vectors: Sequence[bytes] | None) -> None:
    """Write documents, and a vector each where given, into an empty file."""
    connection.execute(_SCHEMA)
    traces: dict[str, int] = {}
    with connection:
        for document in documents:
            if document.trace_id not in traces:
                traces[document.trace_id] = len(traces) + 1
                connection.execute(
                    "INSERT INTO traces VALUES (?, ?, ?)",
                    (traces[document.trace_id], document.trace_id, document.project_id),
                )
        connection.executemany(
            "INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    traces[document.trace_id],
                    document.index,
                    document.event_id,
                    document.role,
                    document.span_id,
                    document.span_type,
                    document.name,
                    document.timestamp,
                    spaced(_without_marks(document.text)),
                )
                for number, document in enumerate(documents, 1)
            ),
        )
        if vectors is not None:
            connection.executemany("INSERT INTO vectors VALUES (?, ?)", enumerate(vectors, 1))
    _finish(connection)


def _finish(connection: Any) -> None:
    with connection:
        connection.execute("INSERT INTO fts (fts) VALUES ('rebuild')")
        connection.execute("INSERT INTO fts (fts) VALUES ('optimize')")


def _without_marks(text: str) -> str:
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def gather(
    connection: Any, paths: Sequence[str], drop: Mapping[str, Sequence[int] | None]
) -> tuple[int, str, str] | None:
    """Write the documents of other files into an empty one: (how many, first and last timestamp), None when none."""
    connection.execute(_SCHEMA)
    dropped = [
        (trace, index) for trace, indexes in drop.items() for index in (indexes if indexes is not None else (-1,))
    ]
    connection.execute("CREATE TEMP TABLE gone (trace TEXT, idx INTEGER, PRIMARY KEY (trace, idx)) WITHOUT ROWID")
    connection.executemany("INSERT OR IGNORE INTO gone VALUES (?, ?)", dropped)
    for path in paths:
        connection.execute("ATTACH ? AS old", (path,))
        with connection:
            offset = next(iter(connection.execute("SELECT coalesce(max(id), 0) FROM docs")))[0]
            connection.execute(
                """
                INSERT OR IGNORE INTO traces (trace, project) SELECT trace, project FROM old.traces;
                CREATE TEMP TABLE kept AS
                SELECT d.id AS id, n.t AS t
                FROM old.docs d JOIN old.traces o ON o.t = d.t JOIN traces n ON n.trace = o.trace
                WHERE NOT EXISTS (SELECT 1 FROM gone g WHERE g.trace = o.trace AND g.idx IN (-1, d.idx));
                """
            )
            connection.execute(
                "INSERT INTO docs SELECT k.id + ?, k.t, idx, event, role, span, kind, name, ts, text "
                "FROM kept k JOIN old.docs d ON d.id = k.id",
                (offset,),
            )
            connection.execute(
                "INSERT INTO vectors SELECT k.id + ?, v.v FROM kept k JOIN old.vectors v ON v.id = k.id", (offset,)
            )
            connection.execute("DROP TABLE temp.kept")
        connection.execute("DETACH old")
    with connection:
        connection.execute("DELETE FROM traces WHERE t NOT IN (SELECT t FROM docs)")
    count, since, until = next(iter(connection.execute("SELECT count(*), min(ts), max(ts) FROM docs")))
    if not count:
        return None
    _finish(connection)
    return count, since, until


def holds(connection: Any, drop: Mapping[str, Sequence[int] | None]) -> bool:
    """Whether there is one of these events (trace → indexes, or None for any)."""
    asked = (
        "SELECT 1 FROM traces t JOIN docs d ON d.t = t.t WHERE t.trace = ? "
        "AND (?2 IS NULL OR d.idx IN (SELECT value FROM json_each(?2))) LIMIT 1"
    )
    return any(
        list(connection.execute(asked, (trace, json.dumps(list(indexes)) if indexes is not None else None)))
        for trace, indexes in drop.items()
    )


def by_text(
    connection: Any, fts: str, where: Where, limit: int
) -> tuple[int, list[tuple[int, int, tuple[int, ...]]], tuple[int, int, tuple[int, ...]]]:
    """How many documents fit; the best as (number, tokens, how often each phrase stands in it); and of all documents,
    also those that do not fit: (how many, tokens, how many hold each phrase).
    """
    condition, values = _condition(where)
    join = f"JOIN docs d ON d.id = fts.rowid JOIN traces t ON t.t = d.t WHERE {condition} AND" if condition else "WHERE"
    asked = (
        f"WITH hit AS MATERIALIZED (SELECT fts.rowid AS id, bm25(fts) AS score FROM fts {join} fts MATCH :fts) "  # noqa: S608
        "SELECT id, (SELECT count(*) FROM hit) FROM hit ORDER BY score, id LIMIT :limit"
    )
    rows = list(connection.execute(asked, {**values, "fts": fts, "limit": limit}))
    held = tuple(
        next(iter(connection.execute("SELECT count(*) FROM fts WHERE fts MATCH ?", (phrase,))))[0]
        for phrase in phrases_of(fts)
    )
    counted = "SELECT rowid, counts(fts) FROM fts WHERE fts MATCH ? AND rowid IN (SELECT value FROM json_each(?))"
    found = []
    for number, said in connection.execute(counted, (fts, json.dumps([row[0] for row in rows]))):
        length, counts = json.loads(said)
        found.append((number, length, tuple(counts)))
    return (rows[0][1] if rows else 0), found, (*_totals(connection), held)


def traces_by_text(connection: Any, fts: str, where: Where, limit: int) -> list[str]:
    """The traces of the documents that fit."""
    condition, values = _condition(where)
    asked = (
        "SELECT DISTINCT t.trace FROM fts JOIN docs d ON d.id = fts.rowid JOIN traces t ON t.t = d.t "  # noqa: S608
        f"WHERE {condition or 'true'} AND fts MATCH :fts LIMIT :limit"
    )
    return [trace for (trace,) in connection.execute(asked, {**values, "fts": fts, "limit": limit})]


def _totals(connection: Any) -> tuple[int, int]:
    """Documents and tokens: FTS5's "averages" record, two varints (FTS5_AVERAGES_ROWID in its fts5_index.c)."""
    ((block,),) = connection.execute("SELECT block FROM fts_data WHERE id = 1")
    found, value = [], 0
    for byte in block:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            found.append(value)
            value = 0
    return found[0], found[1]


def _counts(api: Any, *_given: Any) -> str:
    """The auxiliary function `counts`: how many tokens a row has, and how often each phrase of the query is in it."""
    counts = [len(api.phrase_locations(phrase)[0]) for phrase in range(api.phrase_count)]
    return json.dumps([api.column_size(0), counts])


def by_vector(connection: Any, vector: bytes, where: Where, limit: int) -> Rows:
    """The nearest documents as (number, cosine)."""
    condition, values = _condition(where)
    join = f"JOIN docs d ON d.id = v.id JOIN traces t ON t.t = d.t WHERE {condition}" if condition else ""
    asked = (
        "SELECT v.id, 1 - vec_distance_cosine(vec_int8(v.v), vec_int8(:vector)) AS near "  # noqa: S608
        f"FROM vectors v {join} ORDER BY near DESC, v.id LIMIT :limit"
    )
    rows = connection.execute(asked, {**values, "vector": vector, "limit": limit})
    return [(number, near) for number, near in rows if near is not None]


def _condition(where: Where) -> tuple[str, dict[str, Any]]:
    said = {
        "t.project = :project": ("project", where.project_id),
        "t.trace = :trace": ("trace", where.trace_id),
        "d.role = :role": ("role", where.role),
        "d.kind = :kind": ("kind", where.span_type),
        "d.ts >= :since": ("since", where.since),
        "d.ts <= :until": ("until", where.until),
    }
    conditions = [condition for condition, (_, value) in said.items() if value is not None]
    if where.messages and where.role is None:
        conditions.append("d.role IS NOT NULL")
    return " AND ".join(conditions), {name: value for name, value in said.values() if value is not None}


def read(
    connection: Any, numbers: Sequence[int], fts: str | None
) -> dict[int, tuple[Document, str | None, bytes | None]]:
    """Documents by number, with snippets and vectors."""
    wanted = json.dumps(list(numbers))
    found: dict[int, tuple[Document, str | None, bytes | None]] = {}
    snippets: dict[int, str] = {}
    if fts is not None:
        asked = (
            "SELECT rowid, snippet(fts, 0, ?, ?, '…', ?) FROM fts "
            "WHERE fts MATCH ? AND rowid IN (SELECT value FROM json_each(?))"
        )
        snippets = dict(connection.execute(asked, (_OPEN, _CLOSE, _SNIPPET_TOKENS, fts, wanted)))
    rows = connection.execute(
        "SELECT d.id, trace, idx, project, event, role, span, kind, name, ts, text, v.v "
        "FROM docs d JOIN traces t ON t.t = d.t LEFT JOIN vectors v ON v.id = d.id "
        "WHERE d.id IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    for number, trace, index, project, event, role, span, kind, name, ts, text, vector in rows:
        document = Document(trace, index, project, event, role, span, kind, name, ts, unspaced(text))
        snippet = snippets.get(number)
        found[number] = document, marked(snippet) if snippet is not None else None, vector
    return found


def marked(snippet: str) -> str:
    """A snippet that is safe to show as HTML: the text escaped, the words that were looked for between `MARKS`."""
    from html import escape

    shown = escape(unspaced(snippet), quote=False)
    return shown.replace(_OPEN, MARKS[0]).replace(_CLOSE, MARKS[1])
