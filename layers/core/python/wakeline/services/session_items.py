"""Lists of what sessions hold — messages, tool calls, sub-agents — of one session or of all, newest session first.

Totals come from the counters of HEADs, and whole sessions and segments are passed over by their counters, unread.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Annotated, Any, TypedDict

from pydantic import Field

from wakeline.domain import cursor
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.domain.ids import Id
from wakeline.domain.trace import Trace
from wakeline.domain.trace_index import place_of
from wakeline.domain.views.room import Room
from wakeline.domain.views.view import View

from .listing import checked_offset, visible_traces
from .ports import LedgerStore, TraceIndex
from .traces import require
from .view_pages import Budget, Collector, read_views

MAX_COUNTED = 1_000
"""HEADs that a total across sessions is summed over."""

MakeView = Callable[[str, Room], View]
"""(session id, room) → an empty view."""


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which part of which list. `kind` and `filters` name the list; a `cursor` takes the place of `offset`."""

    kind: str
    filters: Mapping[str, Any]
    session_id: str | None = None
    project_id: str | None = None
    limit: int = 50
    offset: int = 0
    cursor: str | None = None


class PageView(TypedDict):
    """What is said of a list beside its items. `next_cursor` is null on the last page."""

    total: int
    limit: int
    offset: int
    next_cursor: str | None
    total_exact: bool


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A part of a list. A page may be short, or empty, and still have a next one: what a request reads is bounded."""

    items: list[dict[str, Any]]
    total: int
    total_exact: bool
    limit: int
    offset: int
    next_cursor: str | None

    def to_json(self, name: str) -> dict[str, Any]:
        """The page as the API shows it, its items under `name`."""
        return {
            name: self.items,
            "total": self.total,
            "limit": self.limit,
            "offset": self.offset,
            "next_cursor": self.next_cursor,
            "total_exact": self.total_exact,
        }


class ItemPosition(cursor.Position):
    """The session and event index to go on from, items still to pass over, and what is known of the whole list."""

    place: Annotated[str, Field(pattern=cursor.PLACE)]
    trace: Id
    index: Annotated[int, Field(ge=0)] = 0
    skip: Annotated[int, Field(ge=0)] = 0
    total: Annotated[int, Field(ge=0)]
    exact: bool
    offset: Annotated[int, Field(ge=0)]


@dataclass(slots=True)
class _Stop:
    """Where a page ended: a trace, the index in it, and what is still to be passed over."""

    trace: Trace
    index: int
    skip: int


def list_items(
    store: LedgerStore, index: TraceIndex, caller: Caller, query: ItemQuery, make: MakeView, room: Room | None = None
) -> ItemPage:
    """A page of the items of one session, or of all that the caller sees.

    Raises `NotFound` for a session or project that is not the caller's, `Invalid` for a broken cursor or too large an
    offset.
    """
    room = room or Room()
    project_id = caller.narrowed(query.project_id)
    binding = cursor.binding_of(query.kind, caller.workspace_id, project_id, query.session_id, dict(query.filters))
    at = cursor.read(query.cursor, ItemPosition, binding) if query.cursor is not None else None
    offset = at.offset if at else checked_offset(query.offset)
    probe = make("", room)
    if query.session_id is not None:
        only = session_of(store, caller, query.session_id)
        if project_id not in (None, only.project_id):
            raise NotFound("Session not found")
        counts = [probe.count(only.counters)]
        exact = counts[0] is not None
        total = counts[0] or 0
        traces: Iterator[Trace] = iter([only])
    elif at is not None:
        total, exact = at.total, at.exact
        traces = _from(store, index, caller, project_id, at)
    else:
        walk = visible_traces(store, index, caller, project_id)
        newest = list(islice(walk, MAX_COUNTED + 1))
        counts = [probe.count(trace.counters) for trace in newest]
        total = sum(count or 0 for count in counts[:MAX_COUNTED])
        exact = len(newest) <= MAX_COUNTED and None not in counts
        traces = chain(newest, walk)
    before = at.offset if at else 0
    remaining = max(0, total - before) if query.session_id is not None and exact else None
    items, stop = _fill(store, traces, make, room, query.limit, at, offset, remaining)
    if stop is not None and exact and not stop.skip and offset + len(items) >= total:
        stop = None
    position = stop and ItemPosition(
        place=place_of(stop.trace.started_at, stop.trace.id),
        trace=stop.trace.id,
        index=stop.index,
        skip=stop.skip,
        total=total,
        exact=exact,
        offset=offset + len(items),
    )
    return ItemPage(items, total, exact, query.limit, offset, cursor.spell(position, binding) if position else None)


def session_of(store: LedgerStore, caller: Caller, session_id: str) -> Trace:
    """The session, if it exists for this caller. Raises `NotFound`."""
    try:
        return require(store, caller, session_id)
    except NotFound:
        raise NotFound("Session not found") from None


def _fill(
    store: LedgerStore,
    traces: Iterator[Trace],
    make: MakeView,
    room: Room,
    limit: int,
    at: ItemPosition | None,
    offset: int,
    remaining: int | None,
) -> tuple[list[dict[str, Any]], _Stop | None]:
    """Take items from one trace after the other until the page, the answer or what may be read is full."""
    items: list[dict[str, Any]] = []
    budget = Budget()
    skip = at.skip if at else offset
    for trace in traces:
        start = at.index if at is not None and at.trace == trace.id else 0
        if len(items) >= limit or room.full or budget.spent:
            return items, _Stop(trace, start, skip)
        budget.traces -= 1
        view = make(trace.id, room)
        count = view.count(trace.counters)
        if start == 0 and count is not None and count <= skip:
            skip -= count
            continue
        budget.ledgers -= 1
        expected = remaining if remaining is not None else count if start == 0 else None
        collector = Collector(view, room, limit - len(items), expected=expected, start=start, skip=skip)
        try:
            finished = read_views(store, trace, [collector], budget, start)
        except NotFound:
            continue  # deleted while this ran
        items += view.items
        skip = collector.skip
        if not finished or collector.full:
            return items, _Stop(trace, collector.next_index, skip)
    return items, None


def _from(
    store: LedgerStore, index: TraceIndex, caller: Caller, project_id: str | None, at: ItemPosition
) -> Iterator[Trace]:
    """The traces of the walk from the one on that the cursor stopped in."""
    current = store.head(caller.workspace_id, at.trace)
    if current is not None and caller.sees(current) and project_id in (None, current.project_id):
        yield current
    yield from visible_traces(store, index, caller, project_id, at.place)
