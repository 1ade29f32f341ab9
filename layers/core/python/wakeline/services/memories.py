"""Memories: write, read, list, delete; those of a session end with it, those drawn from an event with its content.

A workspace's memories are one partition: they are notes that agents keep, hundreds, not millions. Whether a session is
over is asked of its HEAD when one of its memories is read, so none is seen a moment longer; the worker that hears of
the end deletes them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from wakeline.domain import cursor, times
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, Invalid, NotFound
from wakeline.domain.ids import is_id, require_id
from wakeline.domain.memory import MAX_METADATA, MAX_VALUE, Category, Memory, Scope, memory_id
from wakeline.domain.search.state import EmbeddingFailed
from wakeline.domain.trace import Trace

from .audit import AuditLog, noting
from .memory_ports import MemoryStore
from .ports import LedgerStore
from .search_ports import Embedder
from .traces import DEFAULT_PROJECT

ATTEMPTS = 20
MAX_READ = 10_000
"""Memories that one request looks at."""
SESSION_KEPT = timedelta(days=30)
"""How long after its last change a session's memory is kept if the session never ends."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be remembered, as sent."""

    key: str
    value: Any
    scope: Scope = "project"
    category: Category = "fact"
    confidence: float = 1.0
    session_id: str | None = None
    project_id: str | None = None
    metadata: dict[str, Any] | None = None
    source: str = "api"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which memories, all conditions at once. `min_confidence` is inclusive."""

    scope: str | None = None
    category: str | None = None
    project_id: str | None = None
    session_id: str | None = None
    key: str | None = None
    min_confidence: float | None = None

    def takes(self, memory: Memory) -> bool:
        """Whether a memory fits. A project's filter takes what that project reads, so global memories, too."""
        return (
            self.scope in (None, memory.scope)
            and self.category in (None, memory.category)
            and (self.project_id is None or memory.project_id in (None, self.project_id))
            and self.session_id in (None, memory.session_id)
            and self.key in (None, memory.key)
            and (self.min_confidence is None or memory.confidence >= self.min_confidence)
        )


def remember(
    store: MemoryStore, ledger: LedgerStore, env: Env, caller: Caller, note: Note, embedder: Embedder | None = None
) -> tuple[Memory, bool]:
    """Write a memory; returns it and whether it is new. A key that is there is updated; the same again changes nothing.

    Raises `Invalid` naming the field, `NotFound` for a session or project that is not the caller's, `Conflict` for a
    session that is over, `Busy` when others write the same key every time.
    """
    _check(note)
    project_id: str | None = _project(ledger, caller, note, env.now())
    if note.scope == "global":
        project_id = caller.project_id
    place = memory_id(caller.workspace_id, note.scope, project_id, note.session_id, note.key)
    now = times.render(env.now())
    written = Memory(
        workspace_id=caller.workspace_id,
        id=place,
        key=note.key,
        value=note.value,
        scope=note.scope,
        category=note.category,
        confidence=note.confidence,
        project_id=project_id,
        session_id=note.session_id,
        metadata=note.metadata,
        source=note.source,
        version=1,
        created_at=now,
        created_by=caller.principal,
        updated_at=now,
        updated_by=caller.principal,
    )
    forgotten_at = env.now() + SESSION_KEPT if note.scope == "session" else None
    for attempt in range(ATTEMPTS):
        found = store.get(caller.workspace_id, place)
        if found is not None and found.says_as(written):
            return found, False
        memory = found.replaced_by(written) if found is not None else written
        if embedder is not None and memory.vector is None:
            # Once: of a text that stays as it is, however often others are faster.
            written = _with_vector(written, embedder)
            memory = replace(memory, vector=written.vector, vector_model=written.vector_model)
        if store.put(memory, forgotten_at):
            return memory, found is None
        env.pause(attempt)
    raise Busy("too many writers of this memory at once; try again")


def _with_vector(memory: Memory, embedder: Embedder) -> Memory:
    """With its vector. Where the model cannot be asked the memory is found by its words until it is written again."""
    try:
        (vector,) = embedder.embed([memory.text])
    except EmbeddingFailed:
        return memory
    return replace(memory, vector=vector, vector_model=embedder.model)


def _check(note: Note) -> None:
    if note.scope == "session" and note.session_id is None:
        raise Invalid("session_id: a memory of the scope session names its session", field="session_id")
    if note.session_id is not None:
        require_id(note.session_id, "session_id")
    if note.project_id is not None:
        require_id(note.project_id, "project_id")
    if note.value is None or note.value == "":
        raise Invalid("value: must not be empty", field="value")
    for name, value, most in (("value", note.value, MAX_VALUE), ("metadata", note.metadata, MAX_METADATA)):
        if len(canonical(value, name)) > most:
            raise Invalid(f"{name}: is over {most // 1024} KB", field=name)


def _project(ledger: LedgerStore, caller: Caller, note: Note, now: datetime) -> str:
    """The project of a memory: that of its session where the session is known."""
    project_id = caller.narrowed(note.project_id) or DEFAULT_PROJECT
    trace = ledger.head(caller.workspace_id, note.session_id) if note.session_id is not None else None
    if trace is None:
        return project_id
    if not caller.sees(trace):
        raise NotFound("Session not found")
    if note.scope == "session" and _is_over(trace, now):
        raise Conflict("the session is over, and so are its memories", field="session_id")
    return trace.project_id


def _is_over(trace: Trace, now: datetime) -> bool:
    return trace.deleted is not None or trace.status_at(now) in ("completed", "failed")


def get(store: MemoryStore, ledger: LedgerStore, env: Env, caller: Caller, wanted: str) -> Memory:
    """A memory that the caller sees and whose session is not over. Raises `NotFound`."""
    memory = store.get(caller.workspace_id, wanted) if is_id(wanted) else None
    if memory is None or not memory.seen_by(caller) or not _living(ledger, env, [memory]):
        raise NotFound("memory not found")
    return memory


def forget(store: MemoryStore, log: AuditLog, caller: Caller, wanted: str) -> None:
    """Delete a memory with its history. Raises `NotFound`, also for one that the caller reads and may not change."""
    memory = store.get(caller.workspace_id, wanted) if is_id(wanted) else None
    if memory is None or not memory.changed_by(caller):
        raise NotFound("memory not found")
    said = {"scope": memory.scope, "version": memory.version, "project_id": memory.project_id}
    with noting(log, caller, "memory.deleted", "memory", memory.id, said):
        if not store.delete(caller.workspace_id, wanted):
            raise NotFound("memory not found")


def _living(ledger: LedgerStore, env: Env, memories: Sequence[Memory]) -> list[Memory]:
    """Without those whose session is over, and those that come from a trace that was deleted."""
    bound = sorted({memory.session_id for memory in memories if memory.session_id is not None})
    if not bound:
        return list(memories)
    heads = {}
    for at in range(0, len(bound), 100):
        heads.update(ledger.heads(memories[0].workspace_id, bound[at : at + 100]))
    now = env.now()

    def lives(memory: Memory) -> bool:
        trace = heads.get(memory.session_id or "")
        if trace is None:
            return True
        return not _is_over(trace, now) if memory.scope == "session" else trace.deleted is None

    return [memory for memory in memories if lives(memory)]


def visible(
    store: MemoryStore, ledger: LedgerStore, env: Env, caller: Caller, wanted: Wanted
) -> tuple[list[Memory], bool]:
    """The memories that the caller sees and that fit, and whether all were looked at.

    Raises `NotFound` for a project that is not the caller's.
    """
    wanted = replace(wanted, project_id=caller.narrowed(wanted.project_id))
    read = 0

    def fitting() -> Iterator[Memory]:
        nonlocal read
        for memory in store.of_workspace(caller.workspace_id, MAX_READ + 1):
            read += 1
            if read <= MAX_READ and memory.seen_by(caller) and wanted.takes(memory):
                yield memory

    return _living(ledger, env, list(fitting())), read <= MAX_READ


class MemoryPosition(cursor.Position):
    """Behind which memory a list goes on."""

    updated_at: Annotated[str, Field(max_length=40)]
    id: Annotated[str, Field(max_length=128)]


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """A part of a list, last changed first."""

    memories: list[Memory]
    total: int
    total_exact: bool
    next_cursor: str | None


def page(
    store: MemoryStore,
    ledger: LedgerStore,
    env: Env,
    caller: Caller,
    wanted: Wanted,
    limit: int,
    offset: int = 0,
    after: str | None = None,
) -> MemoryPage:
    """Memories that fit, last changed first; the cursor `after` takes the place of `offset`."""
    binding = cursor.binding_of(
        "memories", caller.workspace_id, caller.project_id, *(getattr(wanted, name) for name in Wanted.__slots__)
    )
    place = cursor.read(after, MemoryPosition, binding) if after is not None else None
    found, exact = visible(store, ledger, env, caller, wanted)
    found.sort(key=_order, reverse=True)
    rest = found[offset:] if place is None else [each for each in found if _order(each) < (place.updated_at, place.id)]
    shown = rest[:limit]
    behind = MemoryPosition(updated_at=_order(shown[-1])[0], id=shown[-1].id) if len(rest) > len(shown) else None
    return MemoryPage(shown, len(found), exact, cursor.spell(behind, binding) if behind is not None else None)


def _order(memory: Memory) -> tuple[str, str]:
    return times.sortable(memory.updated_at), memory.id


def end_session(store: MemoryStore, workspace_id: str, trace_id: str, *, deleted: bool) -> int:
    """Delete a finished session's memories; of a deleted trace also those that were drawn from it. How many."""
    gone = 0
    for memory in list(store.of_workspace(workspace_id, MAX_READ)):
        if memory.session_id == trace_id and (deleted or memory.scope == "session"):
            gone += store.delete(workspace_id, memory.id)
    return gone


def forget_drawn(store: MemoryStore, workspace_id: str, erased: Mapping[str, Collection[int]]) -> int:
    """Delete the memories that were drawn from erased events (trace id → indexes). How many."""
    gone = 0
    for memory in list(store.of_workspace(workspace_id, MAX_READ)):
        index = (memory.metadata or {}).get("index")
        if memory.source == "trace" and index in erased.get(memory.session_id or "", ()):
            gone += store.delete(workspace_id, memory.id)
    return gone
