"""Nightly exports: each workspace's day, once it is over, as compressed JSON Lines and CSV with a manifest.

A day holds what the server took in on it, by trace and place. That never changes afterwards, so a day that is written
again has the same bytes, unless something of it was erased since. The manifest comes last and says that a day is done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pydantic_core import to_json

from wakeline.domain.env import Env
from wakeline.domain.evidence import csv_lines
from wakeline.domain.evidence.nightly import DayExport, bounds, day_after, day_before, hours_from
from wakeline.domain.evidence.rows import EVENT_COLUMNS, event_row

from .evidence_ports import ChangeIndex
from .nightly_ports import ExportSink, ExportStore, TakenIndex
from .ports import LedgerStore

GRACE = timedelta(minutes=10)
"""How long after midnight a day is taken for over: a request that began before may still be writing."""


@dataclass(frozen=True, slots=True)
class Nightly:
    """All that nightly exports take."""

    ledger: LedgerStore
    changes: ChangeIndex
    taken: TakenIndex
    store: ExportStore
    sink: ExportSink
    env: Env


def export_due(nightly: Nightly, go_on: Callable[[], bool] = lambda: True) -> list[DayExport]:
    """Write every day that is over and not written, of every workspace, oldest first, while `go_on` says so."""
    last_day = day_before(nightly.env.now() - GRACE)
    through = nightly.store.through()
    first_due = min((day_after(day) for day in through.values()), default=last_day)
    changed = _changed_since(nightly, min(first_due, last_day))
    made: list[DayExport] = []
    for workspace_id in sorted(through.keys() | changed.keys()):
        day = day_after(through[workspace_id]) if workspace_id in through else min(first_due, last_day)
        while day <= last_day and go_on():
            made.append(export_day(nightly, workspace_id, day, changed.get(workspace_id, [])))
            day = day_after(day)
    return made


def export_day(nightly: Nightly, workspace_id: str, day: str, trace_ids: list[str]) -> DayExport:
    """One workspace's day: of the traces that changed on it or since. One that is written stays as it is."""
    export = nightly.sink.manifest(workspace_id, day) or _write(nightly, workspace_id, day, trace_ids)
    nightly.store.put(export)
    return export


def _write(nightly: Nightly, workspace_id: str, day: str, trace_ids: list[str]) -> DayExport:
    start, end = bounds(day)
    events, traces = 0, set()
    with nightly.sink.open() as files:
        files.write("csv", csv_lines.header(EVENT_COLUMNS), 0)
        for trace_id in sorted(trace_ids):
            trace = nightly.ledger.head(workspace_id, trace_id)
            if trace is None or trace.deleted is not None:
                continue
            for segment in nightly.taken.taken(workspace_id, trace_id, start, end):
                rows = [event_row(event, trace) for event in segment.events()]
                files.write("ndjson", b"".join(to_json(row) + b"\n" for row in rows), len(rows))
                files.write("csv", csv_lines.lines(list(row.values()) for row in rows), len(rows))
                events += len(rows)
                traces.add(trace_id)
        return files.commit(workspace_id, day, events, len(traces))


def _changed_since(nightly: Nightly, day: str) -> dict[str, list[str]]:
    """The traces of each workspace that changed on a day or since."""
    found: dict[str, set[str]] = {}
    for workspace_id, trace_id in _places(nightly, day):
        found.setdefault(workspace_id, set()).add(trace_id)
    return {workspace_id: sorted(trace_ids) for workspace_id, trace_ids in found.items()}


def _places(nightly: Nightly, day: str) -> Iterator[tuple[str, str]]:
    for hour in hours_from(day, nightly.env.now()):
        yield from nightly.changes.changed(hour)
