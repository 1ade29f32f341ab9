"""`--data DIR`: what is stored outlives the process.

Effects are written down, not requests: the item that is now in the table, the object that is now in the bucket. So
replaying them is fast, needs no clock or randomness, and doing it twice is harmless. Secrets, parameters and
schedules are few: their requests are kept and made again.

DIR holds `snapshot-<n>` (the whole state) and `journal-<n>` (what happened since). A start reads both, and when the
journal has grown past a quarter of the snapshot writes `snapshot-<n+1>`, whose last record says that it is complete.

Stream records that a function had not seen yet are delivered after the restart: each change has a number, and the
number up to which each function has seen them is written down too. Dead letters are kept, other bus events and queue
messages in flight are not.
"""

from __future__ import annotations

import fcntl
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends

from local.delivery import Delivery
from local.dynamodb_index import table_items
from local.dynamodb_model import MODEL
from local.engine import Answer, Engine
from local.journal_entries import (
    bytes_form,
    key_of,
    object_entry,
    request_entry,
    stored_item,
    touched_objects,
)
from local.journal_file import Entry, JournalFile, cut_torn_tail, read
from local.journal_letters import Letters
from local.metering import wire
from local.stream_records import json_form, stream_record
from local.template import ACCOUNT

_REPLAYED_SERVICES = {"secrets-manager", "ssm", "scheduler"}
_READS = ("Get", "List", "Describe", "Batch", "Head")
_LARGE = 256 * 1024 * 1024


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
        self._letters = Letters(engine)
        self._stopping = threading.Event()
        self._syncer = threading.Thread(target=self._sync, name="journal", daemon=True)
        folder.mkdir(parents=True, exist_ok=True)
        self._guard = _guard(folder)
        self._generation, self._snapshot = _newest(folder)
        self._file = self._open()

    def start(self, delivery: Delivery) -> None:
        """Restore what the folder holds, hand `delivery` what is still to be delivered, and watch the engine from now
        on.
        """
        self.delivery = delivery
        with self._engine.lock:
            with _uncollected():
                entries = [*self._snapshot, *read(self._file.path)]
                self._snapshot = []
                # Acknowledgements follow the changes they speak of, so they are looked at first.
                self._acknowledged.update({meta["a"]: meta["q"] for meta, _ in entries if "a" in meta})
                for meta, raw in entries:
                    self._apply(meta, raw)
            for entry in self._letters.restore():
                self._file.append(*entry)
            snapshot = self._path("snapshot")
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
            self._file.append({**meta, "d": json_form(key_of(table, old))})
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
            for bucket, key in touched_objects(request):
                self._file.append(*object_entry(bucket, key))
        elif service in _REPLAYED_SERVICES and not operation.startswith(_READS):
            entry = request_entry(service, operation, request)
            self._requests.append(entry)
            self._file.append(*entry)
        elif service == "sqs":
            for entry in self._letters.changes():
                self._file.append(*entry)

    def _state(self) -> Iterator[Entry]:
        for table in self._engine.tables().values():
            for item in table_items(table):
                yield {"t": table.name, "p": json_form(wire(item))}, b""
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            for key in list(bucket.keys):
                yield object_entry(bucket.name, key)
        yield from self._requests
        yield from self._letters.state()
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
        elif "l" in meta:
            self._letters.read(meta, raw)
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
        attributes = bytes_form(meta.get("p") or meta["d"])
        hash_key = DynamoType(attributes[table.hash_key_attr])
        range_key = DynamoType(attributes[table.range_key_attr]) if table.range_key_attr else None
        old = MODEL.stored(table, attributes)
        new = stored_item(hash_key, range_key, attributes) if "p" in meta else None
        MODEL.replace(table, old, new)
        if "q" in meta and (old is None or new is None or old.attrs != new.attrs):
            self._offer(table, old, new)


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


def _newest(folder: Path) -> tuple[int, list[Entry]]:
    """The newest complete snapshot: its number and records; 0 and nothing when there is none."""
    for path in sorted(folder.glob("snapshot-*"), reverse=True):
        entries = list(read(path))
        if entries and entries[-1][0].get("end"):
            return _number(path), entries
    return 0, []


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would look again and again at all that is loaded and here to stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
