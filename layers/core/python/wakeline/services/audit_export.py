"""The audit export: every event of a range of time, in the order of their own times, of all traces of a workspace.

Two passes over the index by time. The first counts and stops at one event too many; it reads bodies only of segments
that reach over an end of the range. The second reads segments in the order of their first events and gives out an event
once nothing earlier can follow: what is held is what overlaps.
"""

import heapq
from collections.abc import Callable, Iterator
from itertools import islice

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.errors import ExportTooLarge
from wakeline.domain.events import Event
from wakeline.domain.evidence import csv_lines
from wakeline.domain.evidence.ocsf import ocsf_event
from wakeline.domain.evidence.ranges import Range
from wakeline.domain.evidence.rows import EVENT_COLUMNS, event_row
from wakeline.domain.evidence.span import Span
from wakeline.domain.trace import Trace

from .export_ports import Download, SpanIndex
from .ports import LedgerStore

MOST = 100_000
_LOOKED_AT = 10
"""Events looked at for each that an export may have: most of a range may be other projects'."""
_SPANS = 50
"""Segments fetched at once. Their bodies are inflated one by one."""
_KNOWN = 2_000
"""Traces remembered; a busy day has more, and asks again."""


class Events:
    """The events of a range that a caller sees."""

    def __init__(self, store: LedgerStore, index: SpanIndex, caller: Caller, wanted: Range) -> None:
        self._store, self._index, self._caller, self._range = store, index, caller, wanted
        self._traces: dict[str, Trace | None] = {}

    def count(self, most: int = MOST) -> int:
        """How many there are. Raises `ExportTooLarge` as soon as there are more than `most`."""
        total = 0
        for batch in _batches(self._visible()):
            total += sum(span.size for span in batch if self._inside(span))
            across = [span for span in batch if not self._inside(span)]
            for _, segment in self._index.segments(self._caller.workspace_id, across):
                total += sum(1 for event in segment.events() if self._range.holds(event.timestamp))
                if total > most:
                    break
            if total > most:
                raise ExportTooLarge(f"the export exceeds {most:,} events; narrow the date range")
        return total

    def rendered(self, render: Callable[[Event, Trace], bytes]) -> Iterator[bytes]:
        """Each event as `render` writes it: by time, then trace, then place in it."""
        waiting: list[tuple[str, str, int, bytes]] = []
        for batch in _batches(self._visible()):
            self._learn(batch)
            for trace_id, segment in self._index.segments(self._caller.workspace_id, batch):
                trace = self._trace(trace_id)
                for event in segment.events() if trace is not None else ():
                    if trace is not None and self._range.holds(event.timestamp):
                        place = (times.sortable(event.timestamp), trace_id, event.index)
                        heapq.heappush(waiting, (*place, render(event, trace)))
            while waiting and waiting[0][0] < batch[-1].first_at:
                yield heapq.heappop(waiting)[-1]
        while waiting:
            yield heapq.heappop(waiting)[-1]

    def _visible(self) -> Iterator[Span]:
        spans = self._index.spans(self._caller.workspace_id, self._range.start, self._range.end)
        if self._caller.project_id is None:
            yield from spans
            return
        looked = 0
        for batch in _batches(spans):
            looked += sum(span.size for span in batch)
            if looked > MOST * _LOOKED_AT:
                raise ExportTooLarge(f"other projects' events fill the range; narrow it below {MOST * _LOOKED_AT:,}")
            self._learn(batch)
            yield from (span for span in batch if self._trace(span.trace_id) is not None)

    def _inside(self, span: Span) -> bool:
        return self._range.start <= span.first_at and span.last_at <= self._range.end

    def _learn(self, spans: list[Span]) -> None:
        unknown = [each for each in dict.fromkeys(span.trace_id for span in spans) if each not in self._traces]
        if len(self._traces) > _KNOWN:
            self._traces.clear()
        found = self._store.heads(self._caller.workspace_id, unknown) if unknown else {}
        for trace_id in unknown:
            trace = found.get(trace_id)
            self._traces[trace_id] = trace if trace is not None and self._caller.sees(trace) else None

    def _trace(self, trace_id: str) -> Trace | None:
        if trace_id not in self._traces:
            self._learn([Span("", "", trace_id, 0, 0)])
        return self._traces[trace_id]


def _batches(spans: Iterator[Span]) -> Iterator[list[Span]]:
    while batch := list(islice(spans, _SPANS)):
        yield batch


FORMATS = {
    "json": ("application/json", "json"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "ndjson": ("application/x-ndjson", "ndjson"),
    "ocsf": ("application/x-ndjson", "ocsf.ndjson"),
}
"""Format → content type and the end of the file's name. OCSF comes as one event a line."""

_PIECE = 64 * 1024


def export(store: LedgerStore, index: SpanIndex, caller: Caller, wanted: Range, form: str) -> Download:
    """The events of a range as a download. Raises `ExportTooLarge` before anything is read that is sent."""
    events = Events(store, index, caller, wanted)
    total = events.count()
    kind, ending = FORMATS[form]
    return Download(f"audit-events-{wanted.label}.{ending}", kind, pieces(written(events, form)), total)


def written(events: Events, form: str) -> Iterator[bytes]:
    """The export in small pieces."""
    match form:
        case "csv":
            yield csv_lines.header(EVENT_COLUMNS)
            yield from events.rendered(lambda event, trace: csv_lines.lines([list(event_row(event, trace).values())]))
        case "ndjson":
            yield from events.rendered(lambda event, trace: to_json(event_row(event, trace)) + b"\n")
        case "ocsf":
            yield from events.rendered(lambda event, trace: to_json(ocsf_event(event, trace)) + b"\n")
        case _:
            mark = b"["
            for row in events.rendered(lambda event, trace: to_json(event_row(event, trace))):
                yield mark + row
                mark = b",\n"
            yield b"]" if mark != b"[" else b"[]"


def pieces(small: Iterator[bytes], size: int = _PIECE) -> Iterator[bytes]:
    """The same bytes in pieces of about `size`, the first as soon as there is one."""
    held: list[bytes] = []
    length = size
    for each in small:
        held.append(each)
        length += len(each)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)
