"""What waits on disk while the server is away: a folder for each process, in it small files in order.

A file holds at most one batch and is deleted when that is delivered, so whatever dies, at most one batch is sent
twice; the server knows its events by their keys. A process that ended leaves its folder; whoever gets its lock
delivers it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .outbox import Item

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"


class Spool:
    """The files of this process and, once adopted, of processes that ended. Raises `OSError` when the disk does."""

    def __init__(self, root: Path, capacity: int) -> None:
        self._root = root
        self._capacity = capacity
        self._folder: Path | None = None
        self._held: list[tuple[Path, Any]] = []
        self._files: list[Path] = []
        self._number = 0
        self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._files)

    @property
    def bytes(self) -> int:
        """Bytes on disk that wait."""
        return self._bytes

    def write(self, items: list[Item]) -> bool:
        """Keep a batch, behind all that is here. False when the spool is full."""
        data = b"".join(b"%s %s %s\n" % (item.kind, item.trace_id.encode(), item.data) for item in items)
        if self._bytes + len(data) > self._capacity:
            return False
        folder = self._own_folder()
        path = folder / f"{self._number:09d}.jsonl"
        partial = path.with_suffix(".part")
        try:
            # What an agent did is not for other users of the machine.
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
            partial.rename(path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
        self._number += 1
        self._files.append(path)
        self._bytes += len(data)
        return True

    def oldest(self) -> tuple[Path, list[Item]] | None:
        """The batch that has waited longest, with its file."""
        while self._files:
            path = self._files[0]
            try:
                return path, list(_items(path.read_bytes()))
            except OSError:
                self._files.pop(0)
        return None

    def done(self, path: Path) -> None:
        """A batch was delivered."""
        with contextlib.suppress(OSError):
            self._bytes -= path.stat().st_size
            path.unlink()
        self._files.remove(path)

    def adopt(self) -> None:
        """Take over the files of processes that ended."""
        if fcntl is None or not self._root.is_dir():
            return
        for folder in sorted(self._root.iterdir()):
            if folder == self._folder or not (lock := _lock(folder)):
                continue
            files = sorted(folder.glob("*.jsonl"))
            if not files:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
                continue
            self._held.append((folder, lock))
            self._files = files + self._files
            self._bytes += sum(file.stat().st_size for file in files)

    def close(self) -> None:
        """Let go of the folders: whoever comes next delivers what they hold."""
        for folder, lock in self._held:
            if not any(folder.glob("*.jsonl")):
                shutil.rmtree(folder, ignore_errors=True)
            lock.close()
        self._held, self._files, self._folder, self._bytes = [], [], None, 0

    def _own_folder(self) -> Path:
        if self._folder is None or not self._folder.is_dir():
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = None
            while lock is None:  # None: somebody who adopts was here first, and takes the empty folder away
                folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=self._root))
                lock = _lock(folder)
            self._held.append((folder, lock))
            self._folder = folder
        return self._folder


def _lock(folder: Path) -> Any:
    """The folder's lock, or None when a living process has it."""
    try:
        file = open(folder / LOCK, "ab")  # noqa: SIM115 - held until the process ends
    except OSError:
        return None
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _items(data: bytes) -> Iterator[Item]:
    for line in data.splitlines():
        kind, trace_id, rest = line.split(b" ", 2)
        yield Item(kind, trace_id.decode(), rest)
