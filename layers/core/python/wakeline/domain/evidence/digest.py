"""Digests: what every trace that changed in an hour ended on, under one root, signed and chained to the hour before.

A leaf is the canonical JSON (JCS) of what it says of a trace. The statement of a digest, its canonical JSON without
`hash` and `signature`, is what is signed; `hash` is sha256(0x04 ‖ statement), and the next digest's `previous`.
"""

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from wakeline.domain import chain, times
from wakeline.domain.canonical import canonical
from wakeline.domain.trace import Trace

from . import merkle

VERSION = 1
ALGORITHM = "ECDSA_SHA_256"
HOUR = timedelta(hours=1)

_FACTS = (
    "project_id", "created_at", "created_by", "name", "user_goal", "agent", "agent_id", "environment", "source",
    "metadata", "repo", "author", "branch", "cwd", "tool", "model", "parent_trace_id", "governance",
)  # fmt: skip
_LEARNT = frozenset({"repo", "author", "branch"})
"""A trace that a hook created is told these by a later push."""


def facts_digest(trace: Trace) -> str:
    """A hash over what the creator said of a trace, which nothing changes afterwards."""
    learnt = _LEARNT if trace.source == "hook" else frozenset()
    said = {name: value for name in _FACTS if name not in learnt and (value := getattr(trace, name)) is not None}
    return chain.spell(sha256(canonical(said, "trace")).digest())


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a digest says of one trace. `previous` is the hash of the leaf that the trace had in an earlier digest."""

    workspace_id: str
    trace_id: str
    event_count: int
    head_hash: str
    facts: str
    version: int
    seal: str
    deleted: bool
    previous: str | None = None

    @property
    def content(self) -> bytes:
        """The bytes that are hashed."""
        return canonical(asdict(self), "leaf")

    @property
    def hash(self) -> bytes:
        return merkle.leaf_hash(self.content)

    @classmethod
    def of(cls, trace: Trace, previous: str | None) -> Self:
        """The leaf of a trace as HEAD says it is. What a tombstone forgot is no longer vouched for."""
        return cls(
            workspace_id=trace.workspace_id,
            trace_id=trace.id,
            event_count=trace.event_count,
            head_hash=trace.head_hash,
            facts="" if trace.deleted is not None else facts_digest(trace),
            version=trace.version,
            seal=trace.seal,
            deleted=trace.deleted is not None,
            previous=previous,
        )

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """Read a leaf back. Raises TypeError for what is not one."""
        return cls(**said)


@dataclass(frozen=True, slots=True)
class Digest:
    """One hour, sealed. `sequence` counts digests from 0; `previous` is the hash of the one before, None of the first.

    `tree_size` and `root` are of the Merkle tree over the leaves. `key_id` is the SHA-256 of the public key (DER).
    """

    id: str
    sequence: int
    start: str
    end: str
    sealed_at: str
    tree_size: int
    root: str
    previous: str | None
    algorithm: str
    key_id: str
    version: int = VERSION
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        said = asdict(self)
        del said["signature"]
        said["from"], said["to"] = said.pop("start"), said.pop("end")
        return canonical(said, "digest")

    @property
    def hash(self) -> str:
        return chain.spell(sha256(b"\x04" + self.statement).digest())

    @property
    def hour(self) -> str:
        """`2026-03-21T10`."""
        return self.start[:13]

    def to_json(self) -> dict[str, Any]:
        """The digest as it is published: statement, hash, signature (base64 of DER)."""
        said = asdict(self)
        said["from"], said["to"] = said.pop("start"), said.pop("end")
        signature = said.pop("signature")
        return said | {"hash": self.hash, "signature": signature}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """Read `to_json` back, without looking at its `hash`. Raises TypeError or KeyError for what is not one."""
        known = {name: value for name, value in said.items() if name not in ("hash", "from", "to")}
        return cls(start=said["from"], end=said["to"], **known)


def digest_id(hour: str) -> str:
    """`dig_2026-03-21T10`: the digest of the hour that begins then, UTC."""
    return f"dig_{hour}"


def hour_of(moment: datetime) -> str:
    """`2026-03-21T10`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H")


def start_of(hour: str) -> datetime:
    """When an hour begins."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def unsigned(
    hour: str, previous: Digest | None, tree: merkle.Tree, size: int, sealed_at: datetime, key_id: str
) -> Digest:
    """The digest of an hour, yet to be signed."""
    start = start_of(hour)
    return Digest(
        id=digest_id(hour),
        sequence=previous.sequence + 1 if previous else 0,
        start=times.render(start),
        end=times.render(start + HOUR),
        sealed_at=times.render(sealed_at),
        tree_size=size,
        root=chain.spell(tree.root),
        previous=previous.hash if previous else None,
        algorithm=ALGORITHM,
        key_id=key_id,
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """That a digest covers a trace: its leaf, the leaf's place in the tree, and the siblings on the way to the root."""

    hour: str
    leaf: Leaf
    index: int
    tree_size: int
    path: tuple[bytes, ...]

    @property
    def root(self) -> str | None:
        """The root that the proof leads to; None when it is none."""
        found = merkle.root_of(self.leaf.hash, self.index, self.tree_size, self.path)
        return chain.spell(found) if found is not None else None

    def to_json(self) -> dict[str, Any]:
        """As the API and exports show it."""
        return {
            "digest_id": digest_id(self.hour),
            "leaf": asdict(self.leaf),
            "leaf_hash": chain.spell(self.leaf.hash),
            "leaf_index": self.index,
            "tree_size": self.tree_size,
            "path": [chain.spell(each) for each in self.path],
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """Read `to_json` back. Raises TypeError, KeyError or ValueError for what is not one."""
        return cls(
            hour=str(said["digest_id"]).removeprefix("dig_"),
            leaf=Leaf.from_json(said["leaf"]),
            index=int(said["leaf_index"]),
            tree_size=int(said["tree_size"]),
            path=tuple(chain.unspell(each) for each in said["path"]),
        )


def to_base64(raw: bytes) -> str:
    """Standard base64."""
    return b64encode(raw).decode()


def from_base64(text: str) -> bytes:
    """Raises ValueError for what is not base64."""
    return b64decode(text, validate=True)
