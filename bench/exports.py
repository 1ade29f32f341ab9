"""Bulk exports at their limit: 100 000 traces as CSV, 100 000 events in each format, and one more of either refused."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from bench.machine import table
from bench.rig import Rig, rig
from bench.workload import made_up
from local import seeds
from wakeline import wiring
from wakeline.adapters.dynamodb import keys, ledger, traces
from wakeline.adapters.dynamodb.table import name, typed_item
from wakeline.domain import times
from wakeline.domain.append import build
from wakeline.domain.caller import Caller
from wakeline.domain.errors import ExportTooLarge
from wakeline.domain.events import NewEvent
from wakeline.domain.evidence.ranges import Range
from wakeline.domain.trace import Trace, fold, new_trace
from wakeline.services import audit_export, trace_export
from wakeline.services.export_ports import Download
from wakeline.wiring import evidence

MOST = 100_000
EVENTS = 100
"""Of each trace that has any, in one segment."""
AUDITOR = Caller(seeds.WORKSPACE, None, "bench", "key", frozenset({"audit:export"}), "unlimited")
YEAR = Range.of("2026-01-01", "2026-12-31")


def main() -> None:
    """Print a table: a row per export."""
    with rig() as running:
        _fill(running, MOST)
        rows: list[tuple[object, ...]] = [_measured("traces, csv", _traces)]
        rows += [_measured(f"events, {form}", partial(_events, form)) for form in audit_export.FORMATS]
        _put(running, [traces.to_item(_trace("bench-more"))])
        more = fold_one(_trace("bench-one-more"))
        _put(running, more)
        _count(running, 2)
        rows.append(("one trace more", *_refused(_traces)))
        rows.append(("one event more", *_refused(partial(_events, "json"))))
    table(
        "Exports: 100 000 rows",
        ("export", "rows", "first byte s", "whole s", "MB", "peak MB"),
        rows,
        f"{MOST:,} traces, of which {MOST // EVENTS:,} have {EVENTS} events. Peak: memory allocated by an export beyond"
        " what stood before, the embedded engine's answers included (tracemalloc, in a run of its own). Of what is"
        " refused, the time until that is known.",
    )


def _traces() -> Download:
    return trace_export.export_many(wiring.ledger(), evidence.trace_range(), wiring.env(), AUDITOR, YEAR, None)


def _events(form: str) -> Download:
    return audit_export.export(wiring.ledger(), evidence.spans(), AUDITOR, YEAR, form)


def _measured(label: str, begin: Callable[[], Download]) -> tuple[object, ...]:
    began = time.perf_counter()
    download = begin()
    size = len(next(download.pieces))
    first = time.perf_counter() - began
    for piece in download.pieces:
        size += len(piece)
    whole = time.perf_counter() - began
    tracemalloc.start()
    for _ in begin().pieces:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return label, download.total or 0, first, whole, size / 1e6, peak / 1e6


def _refused(begin: Callable[[], Download]) -> tuple[object, ...]:
    began = time.perf_counter()
    try:
        begin()
    except ExportTooLarge:
        return 0, time.perf_counter() - began, 0.0, 0.0, 0.0
    raise RuntimeError("it was not refused")


def _trace(trace_id: str) -> Trace:
    number = int(trace_id.rsplit("-", 1)[1]) if trace_id[-1].isdigit() else 0
    began = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T08:{number % 60:02d}:00.000Z"
    said: dict[str, Any] = {"created_at": began, "created_by": "bench", "started_at": began, "agent": "bench-agent"}
    return new_trace(seeds.WORKSPACE, trace_id, project_id=seeds.PROJECT, name=f"bench {number}", **said)


def fold_one(trace: Trace, events: int = 1) -> list[dict[str, Any]]:
    """The items of a trace with so many events in one segment."""
    env = wiring.env()
    raw = (each | {"timestamp": trace.started_at} for each in made_up(0, events))
    sent = [(place, NewEvent.read(each), place) for place, each in enumerate(raw)]
    segment, _ = build(trace, sent, times.render(env.now()), lambda: env.new_id("evt"), env.salt)
    return [
        ledger.to_item(trace.workspace_id, trace.id, segment),
        traces.to_item(replace(fold(trace, segment, segment.delta), started_at=trace.started_at).sealed()),
    ]


def _fill(running: Rig, count: int) -> None:
    waiting: list[dict[str, Any]] = []
    for number in range(count):
        trace = _trace(f"bench-{number}")
        waiting += fold_one(trace, EVENTS) if number % EVENTS == 0 else [traces.to_item(trace)]
        while len(waiting) >= 25:
            _put(running, waiting[:25])
            waiting = waiting[25:]
    _put(running, waiting)
    _count(running, count)


def _count(running: Rig, by: int) -> None:
    """Keep the total of all traces, as creating them would."""
    running.engine.client("dynamodb").update_item(
        TableName=name(),
        Key=typed_item({"pk": keys.trace_count_pk(seeds.WORKSPACE), "sk": keys.trace_count_sk("bench-0")}),
        UpdateExpression="ADD n :by",
        ExpressionAttributeValues=typed_item({":by": by}),
    )


def _put(running: Rig, items: list[dict[str, Any]]) -> None:
    if items:
        puts = [{"PutRequest": {"Item": typed_item(item)}} for item in items]
        running.engine.client("dynamodb").batch_write_item(RequestItems={name(): puts})
