"""What the embedded AWS holds: to compare what two runs left, and to put it back before the next one."""

import gzip
import json
import pickle
import re
import sqlite3
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.s3.models import FakeKey, s3_backends
from moto.sqs.models import sqs_backends

from local import dynamodb_model
from local.engine import Engine
from local.template import ACCOUNT, REGION
from wakeline import settings

Item = tuple[str, str, dict[str, Any]]
"""Partition key, sort key, and the attributes in DynamoDB's JSON."""

_CHANCE = [
    (re.compile(r"(?<![0-9a-f])([0-9a-f]{64}|[0-9a-f]{16})(?![0-9a-f])"), "*"),  # hashes, and the salts in them
    (re.compile(r"\b[A-Za-z0-9+/]{60,}={0,2}"), "*"),  # signatures
    (re.compile(r"wl_live_[\w-]{4}"), "wl_live_*"),
    (re.compile(r'"r\d+": "\d+"'), '"r": "*"'),  # requests of a minute: each attempt counts
    (re.compile(r"(?<![A-Za-z])([a-z]{2,8})_\d{6}(?!\d)"), r"\1_*"),  # ids of tests/fakes/env.py
]

_ACTION = re.compile(r'\\"action\\": ?\\"([\w.]+)')
_PART = re.compile(r"part_\w+")


def items(engine: Engine) -> list[Item]:
    """All that the table holds."""
    with engine.lock:
        partitions = engine.tables()[settings.table_name()].items
        return [
            (pk.value, sk.value, item.to_json()["Attributes"])
            for pk, sorts in partitions.items()
            for sk, item in sorts.items()
        ]


def objects(engine: Engine) -> list[tuple[str, bytes]]:
    """Key and content of all that the buckets hold, of each the last version."""
    with engine.lock:
        last = [versions[-1] for versions in _versions().values() if versions]
        return [(each.name, each.value) for each in last if isinstance(each, FakeKey)]  # else a mark of deletion


def waiting(engine: Engine) -> list[str]:
    """The messages in the queues."""
    with engine.lock:
        return [message.body for queue in _queues() for message in queue._messages]


def contents(engine: Engine) -> Counter[str]:
    """Items and files, what chance decides masked: equal for two runs that ended alike.

    Of the audit trace the kinds of what is noted: a mutation is noted before it is made, and once more when it is made
    again (docs/decisions/017). Without files of the search index that no manifest names: who dies leaves such, and
    they are swept (services/search_index.py).
    """
    found: Counter[str] = Counter()
    audited: set[str] = set()
    held = items(engine)
    for pk, sk, attributes in held:
        said = json.dumps(_plain(attributes), sort_keys=True)
        if is_audit(pk, sk):
            audited.update(_ACTION.findall(said))
        else:
            found[masked(f"{pk} {sk} {said}")] += 1
    manifests = " ".join(json.dumps(attributes) for pk, _, attributes in held if pk.startswith("SEARCH#"))
    for key, content in objects(engine):
        part = _PART.search(key)
        if part is None or part[0] in manifests:
            found[masked(f"{key} {_text(content)}")] += 1
    return found + Counter(f"audit {action}" for action in audited)


def is_audit(*key: str) -> bool:
    """Whether an item or a file is of the audit trace."""
    return any("wakeline:audit" in part for part in key)


def masked(text: str) -> str:
    """Without the ids, and the hashes over them, that differ from run to run."""
    for pattern, instead in _CHANCE:
        text = pattern.sub(instead, text)
    return text


@dataclass(frozen=True)
class Saved:
    """The engine's tables, buckets and queues at one moment."""

    state: bytes

    @classmethod
    def of(cls, engine: Engine) -> "Saved":
        with engine.lock:
            tables = {
                name: [(pk, list(sorts.items())) for pk, sorts in table.items.items()]
                for name, table in engine.tables().items()
            }
            return cls(pickle.dumps((tables, _versions(), [queue._messages for queue in _queues()])))

    def put_back(self, engine: Engine) -> None:
        """As it was. Nobody is told of a change."""
        tables, versions, queues = pickle.loads(self.state)
        engine.clear()
        with engine.lock:
            for name, partitions in tables.items():
                table = engine.tables()[name]
                for pk, sorts in partitions:
                    table.items[pk].update(sorts)
                dynamodb_model.MODEL.forget(table)
            for (bucket, key), held in versions.items():
                s3_backends[ACCOUNT]["aws"].buckets[bucket].keys.setlist(key, held)
            for queue, messages in zip(_queues(), queues, strict=True):
                queue._messages[:] = messages


def _versions() -> dict[tuple[str, str], list[Any]]:
    buckets = s3_backends[ACCOUNT]["aws"].buckets
    return {(name, key): held for name, bucket in buckets.items() for key, held in bucket.keys.lists()}


def _queues() -> Iterator[Any]:
    yield from sqs_backends[ACCOUNT][REGION].queues.values()


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: _read(*next(iter(value.items()))) for name, value in attributes.items()}


def _read(kind: str, value: Any) -> Any:
    if kind == "B":
        # As it came: through HTTP, or past it.
        return _text(value if isinstance(value, bytes) else b64decode(value))
    return value


def _text(content: bytes) -> str:
    """Content to compare: what is compressed opened, of other binary content nothing."""
    for read in (gzip.decompress, zlib.decompress):
        try:
            content = read(content)
        except (OSError, zlib.error):
            continue
    if content.startswith(b"SQLite format 3"):
        return _rows(content)
    return content.decode() if content.isascii() else "binary"


def _rows(content: bytes) -> str:
    """Which documents a part of the search index holds."""
    database = sqlite3.connect(":memory:")
    database.deserialize(content)
    return repr(sorted(database.execute("SELECT trace, idx FROM docs JOIN traces USING (t)")))
