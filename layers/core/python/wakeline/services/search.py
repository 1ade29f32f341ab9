"""Searching messages by words. The parts of an index are asked one by one and their hits put into one order.

What a trace's HEAD says is believed before the index: a deleted trace, or one of another project, is never shown.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, TypedDict, TypeVar

from pydantic import Field

from wakeline.domain import cursor
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Busy, Invalid
from wakeline.domain.search.bm25 import scored
from wakeline.domain.search.parts import Part
from wakeline.domain.search.query import fts_query
from wakeline.domain.search.state import Found, Hit, PartGone
from wakeline.domain.search.where import Where
from wakeline.domain.trace import Trace

from .ports import LedgerStore
from .search_ports import IndexFiles, IndexStore

MAX_OFFSET = 10_000
ATTEMPTS = 5
DEPTH = 100
"""Hits that are read at once, beyond what is shown: some may be of traces that were deleted a moment ago."""

MAX_TRACES = 10_000
"""As many as a list looks at in one request."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Index:
    """What searching takes."""

    store: IndexStore
    files: IndexFiles
    ledger: LedgerStore


class MessageHit(TypedDict):
    """A message that was found. `snippet` is HTML-safe with the words between `<mark>` and `</mark>`; of two scores,
    the higher is better.
    """

    session_id: str
    index: int
    id: str
    role: str
    project_id: str
    snippet: str
    score: float
    timestamp: str


class MessagesFound(TypedDict):
    """A page of messages, best first. `total` counts all that fit, as far as is indexed."""

    messages: list[MessageHit]
    total: int
    limit: int
    offset: int
    next_cursor: str | None


class SearchPosition(cursor.Position):
    """How far a list of hits was read."""

    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET)]


def messages(
    index: Index, caller: Caller, text: str, where: Where, limit: int, offset: int = 0, after: str | None = None
) -> MessagesFound:
    """Messages that hold what was typed. Raises `NotFound` for another project, `Invalid` for a broken cursor."""
    narrowed = replace(where, project_id=caller.narrowed(where.project_id), messages=True)
    binding = cursor.binding_of("search", caller.workspace_id, text, _said(narrowed))
    if after is not None:
        offset = cursor.read(after, SearchPosition, binding).offset
    if offset > MAX_OFFSET:
        raise Invalid(f"offset: must be at most {MAX_OFFSET}", field="offset")
    fts = fts_query(text)
    shown: list[MessageHit] = []
    total, taken = 0, offset
    if fts is not None:

        def look(parts: Sequence[Part]) -> tuple[int, int, list[MessageHit]]:
            depth = offset + limit + DEPTH
            answers = [index.files.by_text(caller.workspace_id, part, fts, narrowed, depth) for part in parts]
            hits = scored(answers)
            page: list[MessageHit] = []
            seen = offset
            for place, hit, found in visible(index, caller, hits[offset:], fts):
                page.append(_message(hit, found))
                seen = offset + place + 1
                if len(page) == limit:
                    break
            return sum(each.count for each in answers), seen, page

        total, taken, shown = asked(index, caller.workspace_id, narrowed, look)
    more = len(shown) == limit and taken < min(total, MAX_OFFSET)
    following = cursor.spell(SearchPosition(offset=taken), binding) if more else None
    return {"messages": shown, "total": total, "limit": limit, "offset": offset, "next_cursor": following}


def traces_with(index: Index, caller: Caller, text: str, project_id: str | None) -> frozenset[str]:
    """The traces in whose messages stands what was typed, at most `MAX_TRACES` a part of the index; also of traces
    that were deleted a moment ago.

    Raises `NotFound` for another project.
    """
    where = Where(project_id=caller.narrowed(project_id), messages=True)
    fts = fts_query(text)
    if fts is None:
        return frozenset()

    def look(parts: Sequence[Part]) -> frozenset[str]:
        ask = index.files.traces_by_text
        return frozenset().union(*(ask(caller.workspace_id, part, fts, where, MAX_TRACES) for part in parts))

    return asked(index, caller.workspace_id, where, look)


def _said(where: Where) -> list[str | bool | None]:
    return [getattr(where, name) for name in Where.__slots__]


def asked(index: Index, workspace_id: str, where: Where, ask: Callable[[Sequence[Part]], T]) -> T:
    """Ask the parts that are listed; anew when one was merged away meanwhile."""
    for _ in range(ATTEMPTS):
        state = index.store.state(workspace_id)
        parts = [part for manifest in state.months.values() for part in manifest.parts if where.takes(part)]
        try:
            return ask(parts)
        except PartGone:
            continue
    raise Busy("the search index is being changed; try again")


def visible(index: Index, caller: Caller, hits: Sequence[Hit], fts: str | None) -> Iterator[tuple[int, Hit, Found]]:
    """Hits with their places and what they are of, in order, without those whose trace the caller does not see."""
    heads: dict[str, Trace | None] = {}
    for at in range(0, len(hits), DEPTH):
        some = hits[at : at + DEPTH]
        found = read(index, caller.workspace_id, some, fts)
        new = {each.document.trace_id for each in found.values()} - heads.keys()
        heads |= dict.fromkeys(new) | _heads(index.ledger, caller.workspace_id, sorted(new))
        for place, hit in enumerate(some, at):
            if caller.sees(heads[found[hit].document.trace_id]):
                yield place, hit, found[hit]


def read(index: Index, workspace_id: str, hits: Sequence[Hit], fts: str | None) -> dict[Hit, Found]:
    """What hits are of."""
    parts: dict[str, list[Hit]] = {}
    for hit in hits:
        parts.setdefault(hit.part.name, []).append(hit)
    found: dict[Hit, Found] = {}
    for some in parts.values():
        rows = index.files.read(workspace_id, some[0].part, [hit.number for hit in some], fts)
        found |= {hit: rows[hit.number] for hit in some}
    return found


def _heads(ledger: LedgerStore, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Trace]:
    heads: dict[str, Trace] = {}
    for at in range(0, len(trace_ids), 100):
        heads |= ledger.heads(workspace_id, trace_ids[at : at + 100])
    return heads


def _message(hit: Hit, found: Found) -> MessageHit:
    document = found.document
    return {
        "session_id": document.trace_id,
        "index": document.index,
        "id": document.event_id,
        "role": document.role or "",
        "project_id": document.project_id,
        "snippet": found.snippet or "",
        "score": round(hit.score, 6),
        "timestamp": document.timestamp,
    }
