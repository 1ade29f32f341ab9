"""Parts made and asked in temporary storage, and kept in S3."""

import os
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

from wakeline.domain.search.bm25 import Candidate, Matches, Statistics
from wakeline.domain.search.documents import Document
from wakeline.domain.search.parts import Part
from wakeline.domain.search.state import Found, Hit, PartGone
from wakeline.domain.search.where import Where

from . import part_file


class Blobs(Protocol):
    """Where files are kept."""

    def put(self, key: str, path: str) -> None:
        """Store a file."""

    def fetch(self, key: str, path: str) -> bool:
        """Write a stored file to a path. False when it is not there."""

    def delete(self, key: str) -> None:
        """Remove a file."""

    def dated(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """The keys that begin so, and when each was stored."""


@dataclass(frozen=True, slots=True)
class _Held:
    connection: Any
    path: str
    size: int


class SqliteParts:
    """The `IndexFiles` port. Files that were made or asked stay open, up to `most_bytes` of them.

    A part never changes, so nothing held is stale. Its key names the workspace, and a part is one workspace's.
    """

    def __init__(self, blobs: Blobs, most_bytes: int) -> None:
        self._blobs, self._most = blobs, most_bytes
        self._folder = tempfile.mkdtemp(prefix="wakeline-search-")
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._held: OrderedDict[str, _Held] = OrderedDict()
        # A Lambda runs one request at a time; only the local stack's threads meet here.
        self._lock = RLock()

    def build(
        self,
        workspace_id: str,
        name: str,
        documents: Sequence[Document],
        vectors: Sequence[bytes] | None,
        model: str | None,
    ) -> Part:
        """Make a file, and store it."""
        path = self._path()
        with closing(part_file.connect(path, writable=True)) as connection:
            part_file.fill(connection, documents, vectors)
        times = [document.timestamp for document in documents]
        dimensions = len(vectors[0]) if vectors else 0
        part = Part(name, len(documents), 0, model if vectors else None, dimensions, min(times), max(times))
        return self._stored(workspace_id, part, path)

    def merge(
        self, workspace_id: str, name: str, parts: Sequence[Part], drop: Mapping[str, Sequence[int] | None]
    ) -> Part | None:
        """Make a file of files, and store it."""
        path = self._path()
        with self._lock, closing(part_file.connect(path, writable=True)) as connection:
            paths = [self._opened(workspace_id, part).path for part in parts]
            left = part_file.gather(connection, paths, drop)
        if left is None:
            Path(path).unlink()
            return None
        count, since, until = left
        return self._stored(workspace_id, Part(name, count, 0, parts[0].model, parts[0].dimensions, since, until), path)

    def holds(self, workspace_id: str, part: Part, drop: Mapping[str, Sequence[int] | None]) -> bool:
        """Ask the part's list of traces."""
        with self._using(workspace_id, part) as connection:
            return part_file.holds(connection, drop)

    def by_text(self, workspace_id: str, part: Part, fts: str, where: Where, limit: int) -> Matches:
        """The best by BM25 within the part."""
        with self._using(workspace_id, part) as connection:
            count, rows, whole = part_file.by_text(connection, fts, where, limit)
        return Matches(count, tuple(Candidate(part, *row) for row in rows), Statistics(*whole))

    def traces_by_text(self, workspace_id: str, part: Part, fts: str, where: Where, limit: int) -> list[str]:
        """Their names, in no order that means anything."""
        with self._using(workspace_id, part) as connection:
            return part_file.traces_by_text(connection, fts, where, limit)

    def by_vector(self, workspace_id: str, part: Part, vector: bytes, where: Where, limit: int) -> list[Hit]:
        """Every vector is compared: a part holds too few for an approximation to pay."""
        with self._using(workspace_id, part) as connection:
            rows = part_file.by_vector(connection, vector, where, limit)
        return [Hit(part, number, score) for number, score in rows]

    def read(self, workspace_id: str, part: Part, numbers: Sequence[int], fts: str | None) -> dict[int, Found]:
        """Rows of the part."""
        with self._using(workspace_id, part) as connection:
            return {number: Found(*row) for number, row in part_file.read(connection, numbers, fts).items()}

    def delete(self, workspace_id: str, part: Part) -> None:
        """Remove the file, here and there."""
        with self._lock:
            self._close(_key(workspace_id, part))
        self._blobs.delete(_key(workspace_id, part))

    def sweep(self, workspace_id: str, listed: Collection[str], before: datetime) -> int:
        """List the workspace's files and delete what nobody names."""
        folder = _folder(workspace_id)
        keys = {f"{folder}{name}{_SUFFIX}" for name in listed}
        unlisted = [key for key, at in self._blobs.dated(folder) if at < before and key not in keys]
        for key in unlisted:
            with self._lock:
                self._close(key)
            self._blobs.delete(key)
        return len(unlisted)

    def _path(self) -> str:
        handle, path = tempfile.mkstemp(suffix=".sqlite", dir=self._folder)
        os.close(handle)
        return path

    def _stored(self, workspace_id: str, part: Part, path: str) -> Part:
        part = replace(part, size=Path(path).stat().st_size)
        self._blobs.put(_key(workspace_id, part), path)
        with self._lock:
            self._keep(_key(workspace_id, part), path)
        return part

    @contextmanager
    def _using(self, workspace_id: str, part: Part) -> Iterator[Any]:
        with self._lock:
            yield self._opened(workspace_id, part).connection

    def _opened(self, workspace_id: str, part: Part) -> _Held:
        key = _key(workspace_id, part)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        path = self._path()
        if not self._blobs.fetch(key, path):
            Path(path).unlink()
            raise PartGone(key)
        return self._keep(key, path)

    def _keep(self, key: str, path: str) -> _Held:
        self._close(key)
        held = self._held[key] = _Held(part_file.connect(path), path, Path(path).stat().st_size)
        while len(self._held) > 1 and sum(each.size for each in self._held.values()) > self._most:
            self._close(next(iter(self._held)))
        return held

    def _close(self, key: str) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            held.connection.close()
            Path(held.path).unlink(missing_ok=True)


_SUFFIX = ".sqlite"


def _folder(workspace_id: str) -> str:
    return f"search/{workspace_id}/"


def _key(workspace_id: str, part: Part) -> str:
    """`search/ws_1/part_01J….sqlite`."""
    return f"{_folder(workspace_id)}{part.name}{_SUFFIX}"
