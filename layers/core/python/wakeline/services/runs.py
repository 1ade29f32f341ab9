"""What a request says of a run that already happened, as events, each stored once however often it is sent."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.append import Sifted
from wakeline.domain.canonical import canonical
from wakeline.domain.env import Env
from wakeline.domain.errors import Invalid
from wakeline.domain.events import NewEvent
from wakeline.domain.segments import MAX_EVENTS
from wakeline.domain.spans import events_of
from wakeline.domain.trace import Trace

from . import ledger
from .ledger import Draft
from .ports import LedgerStore

MAX_BATCH_BYTES = 2 * 1024 * 1024


def run_events(run: dict[str, Any], facts: dict[str, Any], now: str) -> list[dict[str, Any]]:
    """The events of `run`: its input, its spans by time, its end. Raises `Invalid` naming what does not fit.

    A span without an id gets one of its place, so that the same request makes the same events; one that does not say
    when it began, began with the trace, else when it ended, else `now`.
    """
    began = facts.get("started_at")
    spans = [
        {"id": f"span-{place}", "started_at": began or span.get("ended_at") or now} | span
        for place, span in enumerate(run.get("spans") or [])
    ]
    _check(run, spans)
    events = events_of(spans)
    if run.get("input") is not None:
        opening: dict[str, Any] = {
            "type": "session_start",
            "idempotency_key": "run:start",
            "payload": {"input": run["input"]},
        }
        events.insert(0, opening | ({"timestamp": began} if began else {}))
    if run.get("output") is not None or run.get("ended_at") or run.get("status") in ("completed", "failed"):
        said = {name: run[name] for name in ("output", "status", "error") if run.get(name) is not None}
        closing: dict[str, Any] = {"type": "session_end", "idempotency_key": "run:end", "payload": said}
        ended = run.get("ended_at") or (events[-1].get("timestamp") if events else None)
        events.append(closing | ({"timestamp": times.normalise(ended, "ended_at")} if ended else {}))
    return events


def _check(run: dict[str, Any], spans: list[dict[str, Any]]) -> None:
    """Find what has no canonical form, or a span's id twice, before anything is stored."""
    places: dict[str, int] = {}
    for place, span in enumerate(spans):
        first = places.setdefault(span["id"], place)
        if first != place:
            raise Invalid(f"spans.{place}.id: is that of spans.{first}, too", field=f"spans.{place}.id")
        canonical(span, f"spans.{place}")
    for name in ("input", "output", "error"):
        canonical(run.get(name), name)


def append_missing(store: LedgerStore, env: Env, trace: Trace, events: Sequence[NewEvent]) -> Trace:
    """Append those of the keyed events that the trace does not hold yet. Returns HEAD after that.

    A call that died may have stored some, and another one may run beside this, so what stands in the trace is read;
    HEAD keeps too few keys to tell. Raises `NotFound` when the trace is deleted meanwhile.
    """
    held: set[str | None] = set()
    read = 0
    batch: list[NewEvent] = []

    def draft(head: Trace) -> Draft:
        nonlocal read, batch
        if head.last_index >= read:
            for event in ledger.read_events(store, head, read):
                held.add(event.idempotency_key)
                read = event.index + 1
        batch = _batch(event for event in events if event.idempotency_key not in held)
        return Draft(Sifted(new=[(place, event, head.last_seq + 1 + place) for place, event in enumerate(batch)]))

    while any(event.idempotency_key not in held for event in events):
        appended = ledger.commit(store, env, trace.workspace_id, trace.id, draft)
        if appended.rejected:
            first = appended.rejected[0]
            raise Invalid(f"spans: {first.reason}", field="spans")
        trace = appended.trace
        held.update(event.idempotency_key for event in batch)
        if trace.last_index + 1 == read + len(batch):
            read = trace.last_index + 1
    return trace


def _batch(events: Iterable[NewEvent]) -> list[NewEvent]:
    """The first events, as many as one segment should hold."""
    batch: list[NewEvent] = []
    room = MAX_BATCH_BYTES
    for event in events:
        room -= len(to_json(event.payload))
        if batch and (len(batch) == MAX_EVENTS or room < 0):
            break
        batch.append(event)
    return batch
