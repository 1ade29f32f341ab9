"""`--data DIR`: what is stored outlives the process.

Effects are written down, not requests: the item that is now in the table, the object that is now in the bucket. So
replaying them is fast, needs no clock or randomness, and doing it twice is harmless. Secrets, parameters and
schedules are few: their requests are kept and made again.

DIR holds `snapshot-<n>` (the whole state) and `journal-<n>` (what happened since). A start reads both, and when the
journal has grown past a quarter of the snapshot writes `snapshot-<n+1>`, whose last record says that it is complete.

Stream records that a function had not seen yet are delivered after the restart: each change has a number, and the
number up to which each function has seen them is written down too. Bus events and queue messages in flight are not
kept.
"""

from __future__ import annotations

import base64
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends

from local.delivery import Delivery
from local.dynamodb_dispatch import body_of
from local.dynamodb_index import table_items
from local.dynamodb_model import MODEL
from local.engine import Answer, Engine
from local.journal_file import Entry, JournalFile, cut_torn_tail, read
from local.metering import wire
from local.stream_records import json_form, stream_record
from local.template import ACCOUNT

_REPLAYED_SERVICES = {"secrets-manager", "ssm", "scheduler"}
_READS = ("Get", "List", "Describe", "Batch", "Head")
_LARGE = 256 * 1024 * 1024
_OBJECT_HEADERS = ("content-type", "content-encoding", "content-disposition", "cache-control")


class FolderInUse(OSError):
    """Another process keeps its data in this folder."""


class Journal:
    """Restores an engine from a folder, then writes down what changes. `delivery` gets what was not delivered."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder, self._engine = folder, engine
        self.delivery: Delivery | None = None
        self._sequence = 0
        self._acknowledged: dict[str, int] = {}
        self._requests: list[Entry] = []
        self._stopping = threading.Event()
        self._syncer = threading.Thread(target=self._sync, name="journal", daemon=True)
        folder.mkdir(parents=True, exist_ok=True)
        self._guard = _guard(folder)
        self._generation = max((_number(each) for each in folder.glob("snapshot-*") if _complete(each)), default=0)
        self._file = self._open()

    def start(self, delivery: Delivery) -> None:
        """Restore what the folder holds, hand `delivery` what is still to be delivered, and watch the engine from now
        on.
        """
        self.delivery = delivery
        with self._engine.lock:
            snapshot = self._path("snapshot")
            entries = [*([snapshot] if snapshot.exists() else []), self._file.path]
            for path in entries:  # acknowledgements follow the changes they speak of, so they are read first
                self._acknowledged.update({meta["a"]: meta["q"] for meta, _ in read(path) if "a" in meta})
            for path in entries:
                for meta, raw in read(path):
                    self._apply(meta, raw)
            if self._file.size > 65_536 and self._file.size * 4 > (snapshot.stat().st_size if snapshot.exists() else 0):
                self.compact()
            self._engine.on_change(self._changed)
            self._engine.after_call.append(self._called)
        self._syncer.start()

    def stop(self) -> None:
        """Stop watching and close the file."""
        self._stopping.set()
        if self._syncer.is_alive():
            self._syncer.join(timeout=10)
        with self._engine.lock:
            if self._called in self._engine.after_call:
                self._engine.after_call.remove(self._called)
            self._file.close()
        os.close(self._guard)

    def acknowledge(self, name: str, sequence: int) -> None:
        """A function has seen the stream up to this number."""
        with self._engine.lock:
            self._acknowledged[name] = sequence
            self._file.append({"a": name, "q": sequence})

    def compact(self) -> None:
        """Write the whole state as the next snapshot and begin an empty journal. Call under the engine's lock."""
        old = [self._path("snapshot"), self._file.path]
        undelivered = self._undelivered()
        self._generation += 1
        temporary = self._folder / "snapshot.partial"
        temporary.unlink(missing_ok=True)
        snapshot = JournalFile(temporary)
        for meta, raw in self._state():
            snapshot.append(meta, raw)
        for record in undelivered:
            snapshot.append({"u": record})
        snapshot.append({"end": True, "q": self._sequence})
        snapshot.close()
        temporary.rename(self._path("snapshot"))
        self._file.close()
        self._file = self._open()
        for path in old:
            path.unlink(missing_ok=True)

    def _path(self, kind: str) -> Path:
        return self._folder / f"{kind}-{self._generation:08d}"

    def _open(self) -> JournalFile:
        path = self._path("journal")
        if path.exists():
            cut_torn_tail(path)
        return JournalFile(path)

    def _sync(self) -> None:
        while not self._stopping.wait(timeout=1.0):
            with self._engine.lock:
                if self._file.size > _LARGE:
                    self.compact()
                file = self._file
            with suppress(OSError):  # closed by a compaction meanwhile, which put it on the disk
                file.sync()

    # ---- writing down

    def _changed(self, table: Table, old: Item | None, new: Item | None) -> None:
        self._sequence += 1
        meta = {"t": table.name, "q": self._sequence}
        if new is not None:
            self._file.append({**meta, "p": json_form(wire(new))})
        elif old is not None:
            self._file.append({**meta, "d": json_form(_keys(table, old))})
        self._offer(table, old, new)

    def _offer(self, table: Table, old: Item | None, new: Item | None) -> None:
        if self.delivery is not None and self.delivery.streams:
            record = stream_record(table, old, new, self._sequence)
            if record is not None:
                self._redeliver(record)

    def _redeliver(self, record: dict[str, Any]) -> None:
        number = int(record["dynamodb"]["SequenceNumber"])
        for stream in self.delivery.streams if self.delivery else []:
            if stream.stream == record["eventSourceARN"] and number > self._acknowledged.get(stream.name, 0):
                stream.offer(record)

    def _called(self, service: str, operation: str, request: AWSPreparedRequest, answer: Answer) -> None:
        if answer[0] >= 300:
            return
        if service == "s3" and request.method in ("PUT", "POST", "DELETE"):
            for bucket, key in _objects(request):
                self._file.append(*_object_entry(bucket, key))
        elif service in _REPLAYED_SERVICES and not operation.startswith(_READS):
            entry = _request_entry(service, operation, request)
            self._requests.append(entry)
            self._file.append(*entry)

    def _state(self) -> Iterator[Entry]:
        for table in self._engine.tables().values():
            for item in table_items(table):
                yield {"t": table.name, "p": json_form(wire(item))}, b""
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            for key in list(bucket.keys):
                yield _object_entry(bucket.name, key)
        yield from self._requests
        for name, sequence in self._acknowledged.items():
            yield {"a": name, "q": sequence}, b""

    def _undelivered(self) -> list[dict[str, Any]]:
        pending = [record for stream in self.delivery.streams for record in stream.pending()] if self.delivery else []
        by_number = {record["dynamodb"]["SequenceNumber"]: record for record in pending}
        return [by_number[number] for number in sorted(by_number)]

    # ---- restoring

    def _apply(self, meta: dict[str, Any], raw: bytes) -> None:
        known = self._sequence
        self._sequence = max(known, meta.get("q", 0)) if "a" not in meta else known
        if "t" in meta:
            self._apply_change(meta)
        elif "o" in meta:
            backend = self._engine.client("s3")
            if meta.get("gone"):
                backend.delete_object(Bucket=meta["o"], Key=meta["k"])
            else:
                backend.put_object(Bucket=meta["o"], Key=meta["k"], Body=raw, Metadata=meta["m"], **meta["h"])
        elif "u" in meta:
            self._redeliver(meta["u"])
        elif "s" in meta:
            self._requests.append((meta, raw))
            headers = HTTPHeaders()
            for name, value in meta["h"].items():
                headers[name] = value
            # One that was refused before would be refused again; one that exists already stays.
            self._engine.perform(
                meta["s"], meta["op"], AWSPreparedRequest(meta["m"], meta["url"], headers, raw, stream_output=False)
            )

    def _apply_change(self, meta: dict[str, Any]) -> None:
        table = self._engine.tables().get(meta["t"])
        if table is None:
            return  # the template no longer has it
        attributes = _bytes_form(meta.get("p") or meta["d"])
        hash_key = DynamoType(attributes[table.hash_key_attr])
        range_key = DynamoType(attributes[table.range_key_attr]) if table.range_key_attr else None
        old = MODEL.stored(table, attributes)
        new = Item(hash_key, range_key, attributes) if "p" in meta else None
        MODEL.replace(table, old, new)
        if "q" in meta and (old is None or new is None or old.attrs != new.attrs):
            self._offer(table, old, new)


def _keys(table: Table, item: Item) -> dict[str, Any]:
    attributes = wire(item) or {}
    return {name: attributes[name] for name in table.table_key_attrs}


def _bytes_form(value: dict[str, Any]) -> dict[str, Any]:
    """JSON form as wire form: base64 text of binary values as bytes."""
    return {name: _bytes_value(each) for name, each in value.items()}


def _bytes_value(value: dict[str, Any]) -> dict[str, Any]:
    kind, content = next(iter(value.items()))
    match kind:
        case "B":
            return {kind: base64.b64decode(content)}
        case "BS":
            return {kind: [base64.b64decode(each) for each in content]}
        case "M":
            return {kind: _bytes_form(content)}
        case "L":
            return {kind: [_bytes_value(each) for each in content]}
    return value


def _objects(request: AWSPreparedRequest) -> list[tuple[str, str]]:
    """(bucket, key) of every object an S3 request may have changed."""
    url = urlsplit(request.url)
    query = parse_qs(url.query, keep_blank_values=True)
    if "partNumber" in query or "uploads" in query:
        return []  # parts are no object yet
    path = unquote(url.path.lstrip("/"))
    host = (url.hostname or "").split(".s3.")
    bucket, _, key = (host[0], "", path) if len(host) > 1 else path.partition("/")
    if "delete" in query and not key:
        return [
            (bucket, each.text or "")
            for each in ElementTree.fromstring(body_of(request)).iterfind(".//{*}Object/{*}Key")
        ]
    return [(bucket, key)] if key else []


def _object_entry(bucket: str, key: str) -> Entry:
    """The object as it is now, or that it is gone."""
    stored = s3_backends[ACCOUNT]["aws"].get_object(bucket, key)
    if stored is None:
        return {"o": bucket, "k": key, "gone": True}, b""
    metadata = {name.lower(): value for name, value in dict(stored.metadata).items()}
    names = {name: "".join(part.capitalize() for part in name.split("-")) for name in _OBJECT_HEADERS}
    headers = {names[name]: metadata[name] for name in _OBJECT_HEADERS if metadata.get(name)}
    own = {
        name.removeprefix("x-amz-meta-"): value for name, value in metadata.items() if name.startswith("x-amz-meta-")
    }
    return {"o": bucket, "k": key, "h": headers, "m": own}, stored.value


def _request_entry(service: str, operation: str, request: AWSPreparedRequest) -> Entry:
    headers = {name: _text(value) for name, value in request.headers.items()}
    headers.pop("Authorization", None)
    return {"s": service, "op": operation, "m": request.method, "url": request.url, "h": headers}, body_of(request)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _guard(folder: Path) -> int:
    """Hold the folder for this process; the lock goes with the process, however it ends."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise FolderInUse(f"{folder} is used by another process") from None
    return descriptor


def _number(path: Path) -> int:
    return int(path.name.partition("-")[2])


def _complete(path: Path) -> bool:
    return any(meta.get("end") for meta, _ in read(path))
