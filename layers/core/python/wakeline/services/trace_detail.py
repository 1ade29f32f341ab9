"""One trace in full, as far as an answer can hold it."""

from itertools import islice
from typing import Any, cast

from pydantic_core import to_json

from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.events import Event
from wakeline.domain.evidence.approvals import Approvals
from wakeline.domain.spans import SpanView, tree_of
from wakeline.domain.trace import Trace
from wakeline.domain.views.run import BOUNDS, RunView, run_of
from wakeline.domain.views.trace import EventView, TraceView, event_view, trace_view

from . import ledger, traces
from .ports import LedgerStore

MAX_EVENTS = 1000
MAX_BYTES = 4_500_000
"""Of events and spans together, which repeat each other's content; a Lambda answers with at most 6 MB."""


class TraceWithSpans(TraceView, RunView):
    """A trace with what it was given and came to, and its spans, children nested; `truncated` when that is not of all
    its events.
    """

    spans: list[SpanView]
    truncated: bool


class TraceDetail(TraceWithSpans):
    """A trace with its first events; `events_after_seq` is where its list of events goes on."""

    events: list[EventView]
    approval_requests: list[dict[str, Any]]
    events_after_seq: int | None


def detail(store: LedgerStore, env: Env, caller: Caller, trace_id: str) -> TraceDetail:
    """The trace, up to `MAX_EVENTS` events, its spans and approvals. `truncated` says that there is more."""
    trace, events = traces.read(store, caller, trace_id)
    taken: list[Event] = []
    shown: list[dict[str, Any]] = []
    room = MAX_BYTES
    approvals = Approvals()
    for event in islice(events, MAX_EVENTS):
        view = event_view(event, trace.id)
        room -= len(to_json(view)) + (len(to_json(event.body)) if event.span_id or event.type in BOUNDS else 0)
        if room < 0 and taken:
            break
        taken.append(event)
        approvals.take(event)
        shown.append(view)
    truncated = bool(taken) and taken[-1].index < trace.last_index
    return {
        **trace_view(trace, env.now()),
        **run_of(taken),
        "events": cast(list[EventView], shown),
        "spans": tree_of(taken, trace.id),
        "approval_requests": approvals.requests,
        "truncated": truncated,
        "events_after_seq": taken[-1].seq if truncated else None,
    }


def with_spans(store: LedgerStore, env: Env, trace: Trace) -> TraceWithSpans:
    """The trace and its spans, of as many of its events as an answer has room for; `truncated` when not of all."""
    taken: list[Event] = []
    room = MAX_BYTES
    for event in ledger.read_events(store, trace):
        room -= len(to_json(event.body))
        if room < 0 and taken:
            break
        taken.append(event)
    truncated = bool(taken) and taken[-1].index < trace.last_index
    return {
        **trace_view(trace, env.now()),
        **run_of(taken),
        "spans": tree_of(taken, trace.id),
        "truncated": truncated,
    }
