"""Memories: what agents keep from one session to the next.

A memory stands at a place: its scope, the session or project that the scope means, and its key. The id follows from the
place, so writing the same key again updates the memory that is there, and what it said before becomes its history.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal, TypedDict, cast

from .caller import Caller

Scope = Literal["session", "project", "global"]
Category = Literal["fact", "preference", "correction", "pattern", "instruction"]

MAX_VALUE = 8 * 1024
"""Bytes of a value's JSON."""
MAX_METADATA = 4 * 1024
KEPT_HISTORY = 20
"""Former values that are kept; older ones go."""


class FormerJson(TypedDict):
    """What a memory said before."""

    value: Any
    category: str
    confidence: float
    version: int
    updated_at: str
    updated_by: str


class MemoryJson(TypedDict):
    """A memory as the API shows it. `version` counts its values, 1 at first; `source` is `api`, or `trace` when drawn
    from a finished one.
    """

    id: str
    key: str
    value: Any
    scope: str
    category: str
    confidence: float
    project_id: str | None
    session_id: str | None
    metadata: dict[str, Any] | None
    source: str
    version: int
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


class MemoryWithHistory(MemoryJson):
    """A memory and its former values, latest first."""

    history: list[FormerJson]


@dataclass(frozen=True, slots=True)
class Former:
    """A value that was replaced."""

    value: Any
    category: str
    confidence: float
    version: int
    updated_at: str
    updated_by: str

    def to_json(self) -> FormerJson:
        return cast(FormerJson, {name: getattr(self, name) for name in FormerJson.__annotations__})


@dataclass(frozen=True, slots=True)
class Memory:
    """One memory.

    `project_id` is None for a global memory of one who sees the whole workspace: every project reads it.
    `session_id` is the session it lives and ends with, or, drawn from a trace, the trace it came from.
    `vector` stands for its text; `vector_model` made it.
    """

    workspace_id: str
    id: str
    key: str
    value: Any
    scope: str
    category: str
    confidence: float
    project_id: str | None
    session_id: str | None
    metadata: dict[str, Any] | None
    source: str
    version: int
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str
    history: tuple[Former, ...] = ()
    vector: bytes | None = None
    vector_model: str | None = None

    def seen_by(self, caller: Caller) -> bool:
        """Whether the memory exists for this caller."""
        mine = caller.project_id is None or self.project_id in (None, caller.project_id)
        return self.workspace_id == caller.workspace_id and mine

    def changed_by(self, caller: Caller) -> bool:
        """Whether the caller may replace or delete it: what all projects read, no single project's key changes."""
        return self.workspace_id == caller.workspace_id and caller.project_id in (None, self.project_id)

    @property
    def text(self) -> str:
        """What search looks at: the key's words and the value."""
        words = self.key.replace("_", " ").replace("-", " ").replace(".", " ")
        return f"{words}\n{text_of(self.value)}"

    def replaced_by(self, newer: "Memory") -> "Memory":
        """`newer` in this one's place: created when this was, one version on, this one's value in its history."""
        former = Former(self.value, self.category, self.confidence, self.version, self.updated_at, self.updated_by)
        return replace(
            newer,
            version=self.version + 1,
            created_at=self.created_at,
            created_by=self.created_by,
            history=(former, *self.history)[:KEPT_HISTORY],
        )

    def says_as(self, other: "Memory") -> bool:
        """Whether both hold the same value, category, confidence and metadata."""
        mine = (self.value, self.category, self.confidence, self.metadata)
        return mine == (other.value, other.category, other.confidence, other.metadata)

    def to_json(self) -> MemoryJson:
        return cast(MemoryJson, {name: getattr(self, name) for name in MemoryJson.__annotations__})

    def with_history(self) -> MemoryWithHistory:
        return {**self.to_json(), "history": [former.to_json() for former in self.history]}


def memory_id(workspace_id: str, scope: str, project_id: str | None, session_id: str | None, key: str) -> str:
    """`mem_` and 26 hex digits of the place's SHA-256. A session is one of its project, so both count."""
    place = (workspace_id, scope, project_id or "", (session_id or "") if scope == "session" else "", key)
    return f"mem_{sha256(chr(0).join(place).encode()).hexdigest()[:26]}"


def text_of(value: Any) -> str:
    """The words of a JSON value: strings as they are, names and members of what is nested, line by line."""
    match value:
        case str():
            return value
        case dict():
            return "\n".join(f"{name}: {text_of(member)}" for name, member in value.items())
        case list():
            return "\n".join(text_of(member) for member in value)
        case None:
            return ""
    return str(value)
