"""A file of records that survives being cut off anywhere: each is its length, its CRC-32, a JSON line and raw bytes.

4 bytes big-endian length of what follows the CRC · 4 bytes CRC-32 of it · JSON object · "\\n" · raw bytes
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FRAME = struct.Struct(">II")

Entry = tuple[dict[str, Any], bytes]


class JournalFile:
    """An open file to append to.

    Each record is handed to the operating system at once, so a killed process loses none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = os.fstat(self._descriptor).st_size

    def append(self, meta: dict[str, Any], raw: bytes = b"") -> None:
        """Add a record."""
        payload = json.dumps(meta, separators=(",", ":")).encode() + b"\n" + raw
        frame = _FRAME.pack(len(payload), zlib.crc32(payload)) + payload
        view = memoryview(frame)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self.size += len(frame)

    def sync(self) -> None:
        """Have the operating system put it on the disk, for the power cut."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Put it on the disk and close it."""
        self.sync()
        os.close(self._descriptor)


def read(path: Path) -> Iterator[Entry]:
    """The records of a file up to the first that is cut off or damaged."""
    for meta, raw, _ in _read(path):
        yield meta, raw


def cut_torn_tail(path: Path) -> int:
    """Cut off what follows the last whole record, keeping a copy beside the file; returns how many bytes that was."""
    end = max((each for _, _, each in _read(path)), default=0)
    torn = path.stat().st_size - end
    if torn:
        with path.open("r+b") as file:
            file.seek(end)
            path.with_suffix(path.suffix + ".torn").write_bytes(file.read())
            file.truncate(end)
    return torn


def _read(path: Path) -> Iterator[tuple[dict[str, Any], bytes, int]]:
    end = 0
    with path.open("rb") as file:
        while True:
            head = file.read(_FRAME.size)
            if len(head) < _FRAME.size:
                return
            length, checksum = _FRAME.unpack(head)
            payload = file.read(length)
            if len(payload) < length or zlib.crc32(payload) != checksum:
                return
            line, _, raw = payload.partition(b"\n")
            end += _FRAME.size + length
            yield json.loads(line), raw, end
