"""SQLite with FTS5 and sqlite-vec: the parts of the search index."""
