"""The ledger in memory: `LedgerStore` and `TraceIndex` with the conditions of the real one, each call atomic.

What is stored and what is handed out are copies, so that a caller who changes a Trace in place changes nothing here.
"""

import threading
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import fields
from typing import Any

from wakeline.domain import times
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace
from wakeline.domain.trace_index import IndexEntry

PAGE = 4
"""Segments read at once, few, so that readers meet what others write between two pages."""


class MemoryLedger:
    """Traces by (workspace, trace), segments by (workspace, trace) and first index."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.traces: dict[tuple[str, str], Trace] = {}
        self.lineages: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.stored: dict[tuple[str, str], dict[int, Segment]] = {}

    def head(self, workspace_id: str, trace_id: str) -> Trace | None:
        with self.lock:
            found = self.traces.get((workspace_id, trace_id))
            return deepcopy(found).checked() if found is not None else None

    def heads(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Trace]:
        found = ((trace_id, self.head(workspace_id, trace_id)) for trace_id in trace_ids)
        return {trace_id: trace for trace_id, trace in found if trace is not None}

    def create(self, trace: Trace) -> bool:
        with self.lock:
            if (trace.workspace_id, trace.id) in self.traces:
                return False
            self.traces[trace.workspace_id, trace.id] = deepcopy(trace)
            return True

    def create_with(self, trace: Trace, segment: Segment) -> bool:
        with self.lock:
            return self.create(trace) and self.put_segment(trace.workspace_id, trace.id, segment) is None

    def write_head(self, trace: Trace, read_version: int) -> bool:
        with self.lock:
            stands = self.traces.get((trace.workspace_id, trace.id))
            if stands is None or stands.version != read_version:
                return False
            self.traces[trace.workspace_id, trace.id] = deepcopy(trace)
            return True

    def put_segment(self, workspace_id: str, trace_id: str, segment: Segment) -> Segment | None:
        with self.lock:
            segments = self.stored.setdefault((workspace_id, trace_id), {})
            if segment.first_index in segments:
                return deepcopy(segments[segment.first_index])
            segments[segment.first_index] = deepcopy(segment)
            return None

    def segments(self, workspace_id: str, trace_id: str, from_index: int = 0) -> Iterator[Segment]:
        while True:
            with self.lock:
                segments = self.stored.get((workspace_id, trace_id), {})
                page = [deepcopy(segments[at]) for at in sorted(segments) if at >= from_index][:PAGE]
            yield from page
            if len(page) < PAGE:
                return
            from_index = page[-1].first_index + 1

    def segment_at(self, workspace_id: str, trace_id: str, index: int) -> Segment | None:
        with self.lock:
            segments = self.stored.get((workspace_id, trace_id), {})
            first = max((at for at in segments if at <= index), default=None)
            return deepcopy(segments[first]) if first is not None else None

    def join_lineage(self, workspace_id: str, root: str, trace_id: str, session_id: str) -> list[tuple[str, str]]:
        with self.lock:
            copies = self.lineages.setdefault((workspace_id, root), [])
            if (trace_id, session_id) not in copies:
                copies.append((trace_id, session_id))
            return copies[: copies.index((trace_id, session_id))]

    def delete_segment(self, workspace_id: str, trace_id: str, segment: Segment) -> None:
        with self.lock:
            self.stored.get((workspace_id, trace_id), {}).pop(segment.first_index, None)

    def entries(
        self,
        workspace_id: str,
        project_id: str | None,
        *,
        started_from: str | None = None,
        started_to: str | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[list[IndexEntry], str | None]:
        low = times.sortable(started_from) if started_from else ""
        high = times.sortable(started_to) if started_to else "~"
        placed = sorted(((_place(trace), trace) for trace in self._listed(workspace_id, project_id)), reverse=True)
        wanted = [
            (place, trace)
            for place, trace in placed
            if low <= place.split("#")[0] <= high and (after is None or place < after)
        ]
        more = len(wanted) > limit
        return [_entry(trace) for _, trace in wanted[:limit]], wanted[limit - 1][0] if more else None

    def count(self, workspace_id: str, project_id: str | None) -> int:
        return len(self._listed(workspace_id, project_id))

    def _listed(self, workspace_id: str, project_id: str | None) -> list[Trace]:
        with self.lock:
            return [
                trace
                for (workspace, _), trace in self.traces.items()
                if workspace == workspace_id and project_id in (None, trace.project_id) and trace.deleted is None
            ]


def _place(trace: Trace) -> str:
    return f"{times.sortable(trace.started_at)}#{trace.id}"


def _entry(trace: Trace) -> IndexEntry:
    said: dict[str, Any] = {spec.name: getattr(trace, spec.name, None) for spec in fields(IndexEntry)}
    said |= {"trace_id": trace.id, "models": tuple(trace.models), "tags": tuple(trace.tags)}
    return IndexEntry(**said)
