"""Lists of traces, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated

from pydantic import Field

from wakeline.domain import cursor
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Invalid
from wakeline.domain.trace import Trace
from wakeline.domain.trace_filter import TraceFilter
from wakeline.domain.trace_index import IndexEntry, place_of

from .ports import LedgerStore, TraceIndex

MAX_OFFSET = 10_000
MAX_READ = 10_000
"""Entries of the index that one request looks at; a total that needs more is the count so far."""
MAX_HEADS = 1_000
"""HEADs that one request reads to tell running from stale."""
_PAGE = 1_000
_BATCH = 100


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which traces, and which part of the list. A `cursor` takes the place of `offset`."""

    filter: TraceFilter = field(default_factory=TraceFilter)
    project_id: str | None = None
    limit: int = 20
    offset: int = 0
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class TracePage:
    """A part of a list. `total_exact` is False where `total` is the count so far; `next_cursor` is None at the end."""

    traces: list[Trace]
    total: int
    total_exact: bool
    limit: int
    offset: int
    next_cursor: str | None
    binding: str

    def cut(self, kept: int) -> "TracePage":
        """The first `kept` traces (at least one) as a page of their own, with the cursor that goes on behind them."""
        if kept >= len(self.traces):
            return self
        last = self.traces[kept - 1]
        position = IndexPosition(
            place=place_of(last.started_at, last.id),
            total=self.total,
            exact=self.total_exact,
            offset=self.offset + kept,
        )
        return replace(self, traces=self.traces[:kept], next_cursor=cursor.spell(position, self.binding))


class IndexPosition(cursor.Position):
    """Behind which entry a list goes on, and what is known of it: nothing is counted twice."""

    place: Annotated[str, Field(pattern=cursor.PLACE)]
    total: Annotated[int, Field(ge=0)]
    exact: bool
    offset: Annotated[int, Field(ge=0)]


def list_traces(store: LedgerStore, index: TraceIndex, caller: Caller, query: TraceQuery, now: datetime) -> TracePage:
    """The traces that the caller sees and the query asks for, newest first.

    Without filters the total is known in O(1); with filters it takes a walk over at most `MAX_READ` index entries.
    Raises `NotFound` for a project that is not the caller's, `Invalid` for a broken cursor or too large an offset.
    """
    project_id = caller.narrowed(query.project_id)
    binding = cursor.binding_of("traces", caller.workspace_id, project_id, query.filter.to_json())
    walk = IndexWalk(store, index, caller.workspace_id, project_id, query.filter, now)
    if query.cursor is not None:
        at = cursor.read(query.cursor, IndexPosition, binding)
        walk.place = at.place
        total, exact, offset = at.total, at.exact, at.offset
        wanted = walk.take(query.limit + 1)
    else:
        offset = checked_offset(query.offset)
        counting = not query.filter.is_empty()
        found = walk.take(None if counting else offset + query.limit + 1)
        total = len(found) if counting else index.count(caller.workspace_id, project_id)
        exact = walk.finished or not counting
        wanted = found[offset : offset + query.limit + 1]
    shown = wanted[: query.limit]
    if len(wanted) > len(shown):
        behind: str | None = shown[-1].place
    else:
        behind = None if walk.finished else walk.place
    heads = store.heads(caller.workspace_id, [entry.trace_id for entry in shown])
    traces = [heads[entry.trace_id] for entry in shown if caller.sees(heads.get(entry.trace_id))]
    position = behind and IndexPosition(place=behind, total=total, exact=exact, offset=offset + len(shown))
    next_cursor = cursor.spell(position, binding) if position else None
    return TracePage(traces, total, exact, query.limit, offset, next_cursor, binding)


def checked_offset(offset: int) -> int:
    """The offset, if it is within bounds. Raises `Invalid`."""
    if offset > MAX_OFFSET:
        raise Invalid(f"offset is over {MAX_OFFSET}; go on with cursor=<next_cursor> instead", field="offset")
    return offset


class IndexWalk:
    """Walks the index, newest first, from behind `place` on. `place` is how far it came, `finished` if to the end."""

    def __init__(
        self,
        store: LedgerStore,
        index: TraceIndex,
        workspace_id: str,
        project_id: str | None,
        wanted: TraceFilter,
        now: datetime,
    ) -> None:
        self.place: str | None = None
        self.finished = False
        self._store = store
        self._index = index
        self._workspace_id = workspace_id
        self._project_id = project_id
        self._wanted = wanted
        self._now = now
        self._heads_left = MAX_HEADS

    def take(self, number: int | None) -> list[IndexEntry]:
        """The next `number` matching entries, or more, or all; fewer at the end, or once `MAX_READ` were looked at."""
        found: list[IndexEntry] = []
        left = MAX_READ if number is None else max(MAX_READ, number)
        size = number or _PAGE
        while not self.finished and left > 0 and (number is None or len(found) < number):
            # Filters may let few entries through: ask for more each time, not for everything at once.
            entries, behind = self._entries(min(size, left, _PAGE))
            left -= len(entries)
            size *= 2
            passing = [entry for entry in entries if self._wanted.admits(entry)]
            if self._wanted.wants_idleness:
                if len(passing) > self._heads_left:
                    passing = passing[: self._heads_left]
                    entries = entries[: entries.index(passing[-1]) + 1] if passing else []
                    left = 0
                    behind = entries[-1].place if entries else self.place
                passing = self._with_status(passing)
            found += passing
            self.place = behind or self.place
            self.finished = behind is None
        return found

    def _entries(self, size: int) -> tuple[list[IndexEntry], str | None]:
        return self._index.entries(
            self._workspace_id,
            self._project_id,
            started_from=self._wanted.started_from,
            started_to=self._wanted.started_to,
            after=self.place,
            limit=size,
        )

    def _with_status(self, entries: list[IndexEntry]) -> list[IndexEntry]:
        self._heads_left -= len(entries)
        heads = self._store.heads(self._workspace_id, [entry.trace_id for entry in entries])
        traces = ((entry, heads.get(entry.trace_id)) for entry in entries)
        return [entry for entry, trace in traces if trace and trace.status_at(self._now) == self._wanted.status]


def visible_traces(
    store: LedgerStore, index: TraceIndex, caller: Caller, project_id: str | None = None, after: str | None = None
) -> Iterator[Trace]:
    """Every trace that the caller sees, newest first, from behind the position `after` on; read by the hundred.

    Raises `NotFound` for a project that is not the caller's.
    """
    project_id = caller.narrowed(project_id)
    while True:
        entries, behind = index.entries(caller.workspace_id, project_id, after=after, limit=_BATCH)
        heads = store.heads(caller.workspace_id, [entry.trace_id for entry in entries])
        for entry in entries:
            trace = heads.get(entry.trace_id)
            if trace is not None and caller.sees(trace):
                yield trace
        if behind is None:
            return
        after = behind
