"""Nightly exports in the private bucket."""

import gzip
import hashlib
import json
import tempfile
from types import TracebackType
from typing import IO, Any, Self

from wakeline import settings
from wakeline.adapters import aws
from wakeline.domain.evidence.nightly import FILES, DayExport, File, folder

_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
_IN_MEMORY = 8 * 1024 * 1024


class S3Exports:
    """The `ExportSink` port."""

    def open(self) -> "_Files":
        """Begin a day; a large one is on disk until it is stored."""
        return _Files()

    def manifest(self, workspace_id: str, day: str) -> DayExport | None:
        """Pattern: is a day written? GetObject of its manifest."""
        s3 = aws.client("s3")
        try:
            body = s3.get_object(Bucket=settings.bucket_name(), Key=f"{folder(workspace_id, day)}manifest.json")["Body"]
        except s3.exceptions.NoSuchKey:
            return None
        return DayExport.from_json(json.loads(body.read()))


class _Files:
    """The `DayFiles` port."""

    def __init__(self) -> None:
        self._parts = {form: _Part() for form in FILES}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in self._parts.values():
            part.file.close()

    def write(self, form: str, piece: bytes, rows: int) -> None:
        """Compress and keep."""
        self._parts[form].packed.write(piece)
        self._parts[form].rows += rows

    def commit(self, workspace_id: str, day: str, events: int, traces: int) -> DayExport:
        """Pattern: store a day. PutObject of each file, checked by its SHA-256, and of the manifest last."""
        place = folder(workspace_id, day)
        files = tuple(self._store(form, f"{place}{FILES[form]}") for form in FILES)
        export = DayExport(workspace_id, day, events, traces, files, f"{place}manifest.json")
        aws.client("s3").put_object(
            Bucket=settings.bucket_name(),
            Key=export.manifest_key,
            Body=json.dumps(export.to_json(), indent=2).encode() + b"\n",
            ContentType="application/json",
        )
        return export

    def _store(self, form: str, key: str) -> File:
        part = self._parts[form]
        part.packed.close()
        size = part.file.tell()
        part.file.seek(0)
        digest = hashlib.file_digest(part.file, "sha256")  # type: ignore[arg-type]
        part.file.seek(0)
        aws.client("s3").put_object(
            Bucket=settings.bucket_name(),
            Key=key,
            Body=part.file,
            ContentLength=size,
            ContentType=_TYPES[form],
            ChecksumAlgorithm="SHA256",
        )
        return File(key.rsplit("/", 1)[1], key, form, part.rows, size, digest.hexdigest())


class _Part:
    """One file. Its compressed bytes depend on nothing but what is written."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 — closed by `_Files`
        self.packed: Any = gzip.GzipFile(filename="", fileobj=self.file, mode="wb", compresslevel=6, mtime=0)
        self.rows = 0
