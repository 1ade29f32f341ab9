"""Traces: create, append, read, verify, delete."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from wakeline.domain import times
from wakeline.domain.append import Rejection
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, Invalid, NotFound, WakelineError
from wakeline.domain.events import Event, NewEvent
from wakeline.domain.ids import is_id
from wakeline.domain.prices import Price
from wakeline.domain.segments import MAX_EVENTS, Segment
from wakeline.domain.trace import Trace, new_trace
from wakeline.domain.verification import Verifier

from . import ledger, redacting
from .audit import AuditLog, noting
from .costs import price_calls
from .ports import LedgerStore
from .runs import append_missing, run_events

DEFAULT_PROJECT = "default"


def create(
    store: LedgerStore, env: Env, caller: Caller, facts: dict[str, Any], run: dict[str, Any] | None = None
) -> tuple[Trace, bool]:
    """Create a trace of checked facts; returns it and whether it is new. `run` is what else the request says.

    The same id with the same request is the trace that is there; with another request, or deleted, it is `Conflict`.
    """
    now = times.render(env.now())
    digest = sha256(canonical([facts, run], "body")).hexdigest()
    given = {name: value for name, value in facts.items() if name not in ("id", "project_id") and value is not None}
    given = redacting.facts(env, caller.workspace_id, given)
    given["started_at"] = times.normalise(given.get("started_at", now), "started_at")
    trace = new_trace(
        caller.workspace_id,
        facts.get("id") or env.new_id("trc"),
        project_id=caller.narrowed(facts.get("project_id")) or DEFAULT_PROJECT,
        created_at=now,
        created_by=caller.principal,
        request_digest=digest,
        **given,
    )
    if store.create(trace):
        return trace, True
    found = store.head(caller.workspace_id, trace.id)
    if found is None or found.deleted is not None:
        raise Conflict(f"a trace of the id {trace.id} was deleted; ids are not used twice", field="id")
    if not caller.sees(found) or found.request_digest != digest:
        raise Conflict(f"a trace of the id {trace.id} exists and was created with another body", field="id")
    return found, False


def create_with_spans(
    store: LedgerStore, env: Env, price: Price, caller: Caller, facts: dict[str, Any], run: dict[str, Any]
) -> tuple[Trace, bool]:
    """Create a trace together with what already happened in it.

    `run` has spans, input, output, status, ended_at, error, as far as they were sent.
    A call that died half-way is finished by calling again: the events' keys follow from the spans. Raises as `create`
    does, and `Invalid` naming the part of `run` that does not fit; then nothing is stored.
    """
    events = run_events(run, facts, times.render(env.now()))
    sent = [(place, NewEvent.read(event)) for place, event in enumerate(events)]
    redacting.events(env, caller.workspace_id, (event for _, event in sent))
    price_calls(sent, price, env)
    began = next((event["timestamp"] for event in events if "timestamp" in event), None)
    trace, created = create(store, env, caller, {"started_at": began} | facts, run)
    return append_missing(store, env, trace, [event for _, event in sent]), created


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of sent events. `accepted` counts repeats too."""

    accepted: int
    rejected: list[Rejection]


def append(store: LedgerStore, env: Env, price: Price, caller: Caller, trace_id: str, raw: Sequence[Any]) -> Answer:
    """Append sent events to a trace of the caller. Events that break a rule are rejected one by one, the rest go in."""
    if len(raw) > MAX_EVENTS:
        raise Invalid(f"events: a batch holds at most {MAX_EVENTS} events", field="events")
    sent: list[tuple[int, NewEvent]] = []
    broken: list[Rejection] = []
    for place, event in enumerate(raw):
        try:
            sent.append((place, NewEvent.read(event)))
        except WakelineError as error:
            broken.append(Rejection(place, _key_of(event), error.message, field=error.field))
    if not sent or not is_id(trace_id):
        require(store, caller, trace_id)
        return Answer(0, broken)
    redacting.events(env, caller.workspace_id, (event for _, event in sent))
    price_calls(sent, price, env)
    appended = ledger.append(store, env, caller.workspace_id, trace_id, sent, caller.sees)
    return Answer(appended.accepted, sorted(broken + appended.rejected, key=lambda rejection: rejection.index))


def _key_of(event: Any) -> str | None:
    key = event.get("idempotency_key") if isinstance(event, dict) else None
    return key[:256] if isinstance(key, str) else None


def require(store: LedgerStore, caller: Caller, trace_id: str) -> Trace:
    """The trace, if it exists for this caller. Raises `NotFound`."""
    trace = store.head(caller.workspace_id, trace_id) if is_id(trace_id) else None
    if trace is None or not caller.sees(trace):
        raise NotFound("trace not found")
    return trace


def read(
    store: LedgerStore, caller: Caller, trace_id: str, start: Callable[[Trace], int] = lambda _: 0
) -> tuple[Trace, Iterator[Event]]:
    """A trace and its events from the index on that `start` picks."""
    trace = require(store, caller, trace_id)
    return trace, ledger.read_events(store, trace, start(trace))


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a trace is as it was written. `first_invalid_event` is an event's id, or `index <n>` where none is."""

    trace_id: str
    valid: bool
    event_count: int
    head_hash: str
    verified_at: str
    first_invalid_event: str | None = None
    reason: str | None = None


def verify(
    store: LedgerStore, env: Env, caller: Caller, trace_id: str, seen: Callable[[Segment], None] = lambda _: None
) -> Verification:
    """Recompute every digest and hash of a trace and hold HEAD against them; memory is that of one page of segments.

    `seen` is shown each segment.
    """
    # Segments that a dead writer left past HEAD are folded in first: they are pending, not tampering.
    trace = ledger.settle(store, require(store, caller, trace_id))
    verifier = Verifier(trace)
    for segment in store.segments(trace.workspace_id, trace.id):
        if segment.follows(trace):
            break  # appended while this ran
        verifier.feed(segment)
        seen(segment)
    broken = verifier.finish()
    return Verification(
        trace_id=trace.id,
        valid=broken is None,
        event_count=verifier.count,
        head_hash=trace.head_hash,
        verified_at=times.render(env.now()),
        first_invalid_event=broken.event if broken else None,
        reason=broken.reason if broken else None,
    )


def delete(
    store: LedgerStore,
    env: Env,
    log: AuditLog,
    caller: Caller,
    trace_id: str,
    forget: Callable[[Trace], int] = lambda _: 0,
    kept_until: Callable[[Trace], datetime | None] = lambda _: None,
) -> None:
    """Delete a trace; a tombstone keeps where its chain ended. Deleting again finishes what died half-way, then is
    `NotFound`.

    `forget` deletes what else belongs to a deleted trace and says how much there was. Raises `Conflict` for a trace
    that must be kept until a time that is not over.
    """
    trace = store.head(caller.workspace_id, trace_id) if is_id(trace_id) else None
    if trace is None or caller.project_id not in (None, trace.project_id):
        raise NotFound("trace not found")
    if trace.is_hidden:
        raise Conflict(ledger.KEPT)
    until = kept_until(trace)
    if until is not None and env.now() < until:
        raise Conflict(f"a governed trace is kept by the policy's retention until {times.render(until)}")
    if trace.deleted is not None and next(store.segments(trace.workspace_id, trace.id), None) is None:
        if not forget(trace):
            raise NotFound("trace not found")
        return
    held = {"project_id": trace.project_id, "events": trace.event_count, "head_hash": trace.head_hash}
    # One that was deleted already was noted then; what is left to do is no mutation of its own.
    noted = noting(log, caller, "trace.deleted", "trace", trace.id, held) if trace.deleted is None else nullcontext()
    with noted:
        ledger.erase(store, env, trace, caller.principal)
        forget(trace)
