"""BM25 over texts that are in no index, in memory."""

from collections.abc import Sequence

from wakeline.domain.search.query import spaced


class SqliteRanker:
    """The `TextRanker` port."""

    def best(self, texts: Sequence[str], fts: str, limit: int) -> list[int]:
        """An index for this one question: 1 000 short texts take a few milliseconds."""
        import apsw

        connection = apsw.Connection(":memory:")
        try:
            connection.execute(
                "CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize=\"unicode61 remove_diacritics 2\")"
            )
            with connection:
                connection.executemany(
                    "INSERT INTO texts (rowid, text) VALUES (?, ?)",
                    ((place, spaced(text)) for place, text in enumerate(texts)),
                )
            asked = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts), rowid LIMIT ?"
            return [row[0] for row in connection.execute(asked, (fts, limit))]
        finally:
            connection.close()
