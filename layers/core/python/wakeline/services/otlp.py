"""OTLP: spans of any number of traces, each appended to its own trace, which is made where it is not there yet."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, NotFound, TooLarge, WakelineError
from wakeline.domain.events import Actor, NewEvent
from wakeline.domain.otlp.facts import facts_of
from wakeline.domain.otlp.mapping import events_of, in_order
from wakeline.domain.otlp.span import Span
from wakeline.domain.prices import Price
from wakeline.domain.segments import MAX_EVENTS, Damaged
from wakeline.domain.trace import RECENT_KEYS, Trace, new_trace

from . import ledger, redacting
from .costs import price_calls
from .ports import LedgerStore
from .traces import DEFAULT_PROJECT

MAX_SPANS = 20_000
"""Of one request. A collector's batches have 8 192 by default."""

LONGEST_S = 20
"""How long one request goes on; the function that runs it is cut off at 28 seconds."""

SAID = ("payload", "metadata")
"""The fields of an event that hold what spans say."""

MAX_KNOWN = 20_000
MAX_REASONS = 5

Sent = list[tuple[int, NewEvent]]


class Known:
    """Traces that this process has written to. A hint, which spares an attempt to create a trace that is there."""

    def __init__(self) -> None:
        self._traces: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __contains__(self, place: tuple[str, str]) -> bool:
        return place in self._traces

    def add(self, place: tuple[str, str]) -> None:
        self._traces[place] = None
        if len(self._traces) > MAX_KNOWN:
            self._traces.popitem(last=False)


@dataclass(slots=True)
class Taken:
    """What became of a request's spans: how many went in (repeats too), and why others did not."""

    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def message(self) -> str:
        """The commonest reasons in one line; empty when nothing was rejected."""
        shown = [f"{count} × {reason}" for reason, count in self.reasons.most_common(MAX_REASONS)]
        more = len(self.reasons) - len(shown)
        return "; ".join([*shown, f"{more} more reasons"] if more else shown)


def ingest(store: LedgerStore, env: Env, price: Price, caller: Caller, spans: Sequence[Span], known: Known) -> Taken:
    """Store spans by trace. What fails of one trace is rejected, the others go in.

    Raises `Busy` after that when a trace had too many writers, or when there are more traces than there is time for:
    sent again, the request stores what is missing. Raises `TooLarge` for more than `MAX_SPANS` spans.
    """
    if len(spans) > MAX_SPANS:
        raise TooLarge(f"a request holds at most {MAX_SPANS} spans")
    until = env.now() + timedelta(seconds=LONGEST_S)
    taken = Taken()
    traces: dict[str, list[Span]] = {}
    for span in spans:
        fault = span.fault
        if fault is None:
            traces.setdefault(span.trace_id, []).append(span)
        else:
            taken.reasons[fault] += 1
    busy: Busy | None = None
    for trace_id, members in traces.items():
        if env.now() > until:
            raise Busy("too many traces at once; send the rest again")
        try:
            refused = _store(store, env, price, caller, trace_id, members, known)
        except Busy as error:
            busy = error
        except NotFound:
            taken.reasons[f"trace {trace_id} was deleted, or belongs to another project"] += len(members)
        except WakelineError as error:
            taken.reasons[error.message] += len(members)
        else:
            taken.reasons.update(refused.values())
            taken.accepted += len(members) - len(refused)
    if busy is not None:
        raise busy
    return taken


def _store(
    store: LedgerStore, env: Env, price: Price, caller: Caller, trace_id: str, spans: list[Span], known: Known
) -> dict[int, str]:
    """Append the spans of one trace. Returns the reason of each span, by its place, that was not stored."""
    places: dict[str, int] = {}
    events: list[dict[str, Any]] = []
    for at, span in enumerate(spans):
        places.setdefault(span.span_id, at)
        events += events_of(span)
    events = [
        event | redacting.value(env, caller.workspace_id, {name: event[name] for name in SAID if name in event})
        for event in in_order(events)
    ]
    told = _told(store, caller, trace_id, len(events)) if len(events) > MAX_EVENTS else frozenset()
    sent = [
        (places[event["idempotency_key"][:16]], _checked(event))
        for event in events
        if event["idempotency_key"] not in told
    ]
    price_calls(sent, price, env)
    rejected = []
    place = (caller.workspace_id, trace_id)
    for first in range(0, len(sent), MAX_EVENTS):
        batch = sent[first : first + MAX_EVENTS]
        appended = None
        if place not in known:
            appended = ledger.begin(store, env, _fresh(env, caller, trace_id, spans, events), batch)
        if appended is None:
            appended = ledger.append(store, env, caller.workspace_id, trace_id, batch, caller.sees)
        known.add(place)
        rejected += appended.rejected
    return {rejection.index: rejection.reason for rejection in rejected}


def _told(store: LedgerStore, caller: Caller, trace_id: str, count: int) -> frozenset[str]:
    """The keys of a trace's last events, for a request that has so many of them that HEAD's recent keys, which the
    request itself pushes out as it goes in, would not tell that it comes again.
    """
    trace = store.head(caller.workspace_id, trace_id)
    if trace is None or trace.deleted is not None or not caller.sees(trace):
        return frozenset()
    first = max(0, trace.last_index + 1 - count - RECENT_KEYS)
    keys: set[str] = set()
    for segment in ledger.read_segments(store, trace, first):
        # What was tampered with is for verify to report.
        with suppress(Damaged):
            keys.update(event.idempotency_key for event in segment.events() if event.idempotency_key is not None)
    return frozenset(keys)


def _checked(event: dict[str, Any]) -> NewEvent:
    """An event that the mapping made. It is valid by construction, so that checking each again would only cost time."""
    actor = event.get("actor")
    given = event if actor is None else {**event, "actor": Actor.model_construct(**actor)}
    return NewEvent.model_construct(**given)


def _fresh(env: Env, caller: Caller, trace_id: str, spans: Sequence[Span], events: Sequence[dict[str, Any]]) -> Trace:
    now = times.render(env.now())
    described = (event["metadata"] for event in events if "metadata" in event)
    session: dict[str, Any] = next((each for each in described if "session_id" in each or "user_id" in each), {})
    return new_trace(
        caller.workspace_id,
        trace_id,
        project_id=caller.project_id or DEFAULT_PROJECT,
        created_at=now,
        created_by=caller.principal,
        **({"started_at": now} | facts_of(spans, session)),
    )
