"""What must hold of any trace, whatever happened to its writers."""

from collections import Counter
from itertools import pairwise
from typing import Any

from wakeline.domain.events import Event
from wakeline.domain.trace import Trace
from wakeline.domain.verification import Break, Verifier
from wakeline.services import ledger

from .factories import WORKSPACE


def head(store: Any, trace_id: str = "trc_1") -> Trace:
    """A trace that is there."""
    trace = store.head(WORKSPACE, trace_id)
    assert isinstance(trace, Trace)
    return trace


def broken(store: Any, trace_id: str = "trc_1", workspace_id: str = WORKSPACE) -> Break | None:
    """What verify finds in a trace as it is stored, without repairing anything first."""
    trace = store.head(workspace_id, trace_id)
    verifier = Verifier(trace)
    for segment in store.segments(workspace_id, trace_id):
        verifier.feed(segment)
    return verifier.finish()


def sound(store: Any, trace_id: str = "trc_1", workspace_id: str = WORKSPACE) -> tuple[Trace, list[Event]]:
    """Assert that a trace is whole: contiguous, chained, and its HEAD the sum of its events. Returns both."""
    trace = store.head(workspace_id, trace_id)
    assert trace is not None
    assert broken(store, trace_id, workspace_id) is None
    events = list(ledger.read_events(store, trace))
    assert [event.index for event in events] == list(range(trace.event_count))
    seqs = [event.seq for event in events]
    assert all(a < b for a, b in pairwise(seqs))
    assert trace.counters.get("events", 0) == len(events)
    kinds = Counter("type.custom" if event.type.startswith("custom.") else f"type.{event.type}" for event in events)
    assert {name: count for name, count in trace.counters.items() if name.startswith("type.")} == dict(kinds)
    return trace, events


def keys_of(events: list[Event]) -> list[str | None]:
    """The idempotency keys of events, in ledger order."""
    return [event.idempotency_key for event in events]
