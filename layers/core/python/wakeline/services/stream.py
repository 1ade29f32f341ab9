"""Watching: the events of a workspace as its feed numbers them, from any number on, and on as they come."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from pydantic_core import to_json

from wakeline.domain.env import Env
from wakeline.domain.feed import Entry
from wakeline.domain.hook_names import hook_event_name
from wakeline.domain.segments import Damaged
from wakeline.domain.trace import Trace

from .live_ports import FeedStore
from .ports import LedgerStore

PAGE = 50
"""Entries read at once; they are small. Segments are read one at a time, so a reader holds no more than one."""
PATIENCE = timedelta(seconds=2)
"""A Query may see half of a transaction that is being committed: only a hole that stays is one of expired entries."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a connection looks at the feed: for how long, how often when busy, and when idle; in seconds."""

    seconds: float
    poll: float
    idle: float


@dataclass(frozen=True, slots=True)
class Numbered:
    """One event of the feed, ready to be sent: `json` is the event as the API shows it."""

    number: int
    type: str
    hook_event_name: str
    trace_id: str
    timestamp: str
    json: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look gave. Everything up to `position` was seen; `missed` says that older events had expired."""

    events: tuple[Numbered, ...]
    position: int
    missed: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a client may and wants to see. None is no narrowing."""

    workspace_id: str
    project_id: str | None = None
    session_id: str | None = None

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is of the wanted project and session."""
        return self.project_id in (None, entry.project_id) and self.session_id in (None, entry.trace_id)

    def sees(self, trace: Trace | None) -> bool:
        """Whether the trace is there for this client, by what its HEAD says: the feed alone is not believed."""
        return (
            trace is not None
            and trace.deleted is None
            and trace.workspace_id == self.workspace_id
            and self.project_id in (None, trace.project_id)
        )


@dataclass(slots=True)
class Recent:
    """Segments that were rendered lately, for other clients of this process. Segments never change; what is deleted is
    not asked for.
    """

    most_bytes: int = 8 * 1024 * 1024
    _held: OrderedDict[tuple[str, str, int], tuple[Numbered, ...]] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: tuple[str, str, int]) -> tuple[Numbered, ...] | None:
        with self._lock:
            return self._held.get(key)

    def keep(self, key: tuple[str, str, int], events: tuple[Numbered, ...]) -> None:
        """Keep a segment's events, and drop the oldest while there is too much."""
        size = _size(events)
        with self._lock:
            if size > self.most_bytes // 4 or key in self._held:
                return
            self._held[key] = events
            self._bytes += size
            while self._bytes > self.most_bytes:
                self._bytes -= _size(self._held.popitem(last=False)[1])


def _size(events: tuple[Numbered, ...]) -> int:
    return sum(len(event.json) + 200 for event in events)


class Reader:
    """Reads a feed on behalf of one client, from behind a number on. `position` moves on by `next` alone."""

    def __init__(
        self, feed: FeedStore, store: LedgerStore, env: Env, view: View, after: int | None, recent: Recent | None = None
    ) -> None:
        """Begin behind number `after`, or at the present when it is None or still to come."""
        self._feed, self._store, self._env, self._view = feed, store, env, view
        self._recent = recent or Recent()
        self._waiting: deque[tuple[Entry, bool]] = deque()
        last = feed.last(view.workspace_id) if after is None or after > 0 else 0
        self.position = last if after is None else min(after, last)
        self._begun = False
        self._hole_since: datetime | None = None

    def next(self) -> Batch:
        """One look: the events of the next entry that concerns the client, or none. Costs one Query while nothing
        happens.
        """
        missed = False
        if not self._waiting:
            missed = self._look()
        while self._waiting:
            entry, seen = self._waiting.popleft()
            after, self.position = self.position, entry.last
            if seen:
                events = tuple(event for event in self._events(entry) if event.number > after)
                if events:
                    return Batch(events, self.position, missed)
        return Batch((), self.position, missed)

    def _look(self) -> bool:
        """Read the next entries; whether some that should have been there have expired."""
        now = self._env.now()
        found: list[Entry] = []
        around: Entry | None = None
        if not self._begun:
            # The number to begin behind may lie inside an entry; from the second look on, it is always an entry's end.
            around = self._feed.entry_at(self._view.workspace_id, self.position + 1, now) if self.position else None
            around = around if around is not None and around.first <= self.position else None
        found = [around] if around is not None else []
        after = around.last if around is not None else self.position
        found += self._feed.entries(self._view.workspace_id, after, PAGE, now)
        expected, missed = self.position + 1, False
        if around is None and found and found[0].first > expected:
            self._hole_since = self._hole_since or now
            if now - self._hole_since < PATIENCE:
                return False
            expected, missed = found[0].first, True
        self._hole_since = None
        for at, entry in enumerate(found):
            if around is None and entry.first > expected:
                found = found[:at]
                break
            expected, around = entry.last + 1, None
        self._begun = self._begun or bool(found)
        wanted = [entry for entry in found if self._view.takes(entry)]
        heads = self._heads({entry.trace_id for entry in wanted})
        self._waiting.extend(
            (entry, self._view.takes(entry) and self._view.sees(heads.get(entry.trace_id))) for entry in found
        )
        return missed

    def _heads(self, trace_ids: set[str]) -> dict[str, Trace]:
        if not trace_ids:
            return {}
        workspace_id = self._view.workspace_id
        heads = self._store.heads(workspace_id, sorted(trace_ids))
        for trace_id in trace_ids - heads.keys():
            # Many HEADs are read with eventual consistency, and this one may be a moment old.
            trace = self._store.head(workspace_id, trace_id)
            if trace is not None:
                heads[trace_id] = trace
        return heads

    def _events(self, entry: Entry) -> tuple[Numbered, ...]:
        key = (self._view.workspace_id, entry.trace_id, entry.first_index)
        events = self._recent.get(key)
        if events is None:
            events = tuple(self._rendered(entry))
            if events:
                self._recent.keep(key, events)
        return events

    def _rendered(self, entry: Entry) -> Iterator[Numbered]:
        segment = self._store.segment_at(self._view.workspace_id, entry.trace_id, entry.first_index)
        if segment is None or segment.first_index != entry.first_index:
            return
        try:
            events = list(segment.events())
        except Damaged:
            # What was tampered with is for verify to report; those who watch see the rest.
            return
        for event in events:
            yield Numbered(
                number=entry.number_of(event.index),
                type=event.type,
                hook_event_name=hook_event_name(event),
                trace_id=entry.trace_id,
                timestamp=event.timestamp,
                json=to_json(event.to_json(entry.trace_id)),
            )
