"""Forks: make, look at, ask for a replay, compare.

Asking for a replay moves the fork to `replaying`, which the outbox tells the bus, which starts the worker
(services/replays.py). The same request again leads to the same trace; another one gets a trace of its own.
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic_core import to_json

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Conflict, Invalid, NotFound, TooLarge
from wakeline.domain.events import Event
from wakeline.domain.ids import is_id
from wakeline.domain.outgoing import checked_url
from wakeline.domain.replay import Diff, Step, Substitution, diff, steps_of
from wakeline.domain.replay.fork import MAX_BYTES, MAX_EVENTS, Engine, Fork, ForkRun, run_digest, run_trace_id
from wakeline.domain.replay.substitutions import aimed
from wakeline.domain.replay.walk import fork_step, span_index
from wakeline.domain.trace import Trace

from . import ledger, traces
from .audit import AuditLog, noting
from .ports import LedgerStore
from .replay_ports import ForkStore

MAX_COUNTED = 10_000
MAX_REPLAYS = 100
SIGNING = "whsec_"


def read_run(store: LedgerStore, trace: Trace) -> list[Event]:
    """The events of a trace that is to be replayed or compared, which is done in memory. Raises `TooLarge`."""
    if trace.event_count > MAX_EVENTS:
        raise TooLarge(f"the trace {trace.id} has over {MAX_EVENTS} events, too many to replay", field="trace_id")
    events: list[Event] = []
    room = MAX_BYTES
    for event in ledger.read_events(store, trace):
        room -= len(to_json(event.payload))
        if room < 0 or len(events) == MAX_EVENTS:
            raise TooLarge(f"the trace {trace.id} is over {MAX_BYTES // 1024**2} MB, too large to replay")
        events.append(event)
    return events


def create(
    store: ForkStore,
    traces_store: LedgerStore,
    log: AuditLog,
    caller: Caller,
    trace_id: str,
    span_id: str,
    substitutions: Sequence[Substitution],
) -> Fork:
    """Fork a trace at a span, or at an event without one. Raises `NotFound`, `Invalid`, `TooLarge`."""
    trace = traces.require(traces_store, caller, trace_id)
    steps = steps_of(read_run(traces_store, trace))
    at = require_step(steps, span_id)
    aimed(substitutions, steps, at)
    now = times.render(log.env.now())
    fork_id = log.env.new_id("frk")
    fork = Fork(
        workspace_id=trace.workspace_id,
        project_id=trace.project_id,
        id=fork_id,
        trace_id=trace.id,
        span_id=span_id,
        fork_point_index=span_index(steps, at),
        fork_trace_id=run_trace_id(fork_id, "first"),
        status="created",
        created_at=now,
        created_by=caller.principal,
        updated_at=now,
        total=len(steps),
    )
    with noting(log, caller, "fork.created", "fork", fork.id, {"trace_id": trace.id, "span_id": span_id}):
        store.create(fork, substitutions)
    return fork


def require_step(steps: Sequence[Step], span_id: str) -> Step:
    """The step of that id. Raises `Invalid`."""
    found = fork_step(steps, span_id)
    if found is None:
        raise Invalid(f"span_id: the trace has no span {span_id[:128]}", field="span_id")
    return found


def require(store: ForkStore, caller: Caller, fork_id: str) -> Fork:
    """The fork, if it exists for this caller. Raises `NotFound`."""
    fork = store.get(caller.workspace_id, fork_id) if is_id(fork_id) else None
    if fork is None or caller.project_id not in (None, fork.project_id):
        raise NotFound("fork not found")
    return fork


def changes(store: ForkStore, fork: Fork) -> tuple[Substitution, ...]:
    """What the last replay of a fork changed, or the next one will."""
    run = store.run(fork.workspace_id, fork.id, fork.run) if fork.run else None
    return run.substitutions if run is not None else store.draft(fork.workspace_id, fork.id)


@dataclass(frozen=True, slots=True)
class ForkPage:
    """A part of the list of forks. `total_exact` is False where `total` is the count so far."""

    forks: list[Fork]
    total: int
    total_exact: bool
    next_cursor: str | None


def page(store: ForkStore, caller: Caller, trace_id: str | None, cursor: str | None, limit: int) -> ForkPage:
    """The forks that the caller sees, newest first. The cursor is the id of the last fork seen."""
    if cursor is not None and not is_id(cursor):
        raise Invalid("cursor is not one of ours", field="cursor")
    found, behind = store.page(caller.workspace_id, caller.project_id, trace_id, cursor, limit)
    total, exact = store.count(caller.workspace_id, caller.project_id, trace_id, MAX_COUNTED)
    return ForkPage(found, total, exact, behind)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A replay as asked for. `substitutions` None: those that the fork was made with, or replayed with last.

    `runner_secret` is what requests to the runner are signed with, `whsec_<base64>`.
    """

    engine: Engine
    substitutions: tuple[Substitution, ...] | None = None
    runner_url: str | None = None
    runner_secret: str | None = None


def request_replay(
    store: ForkStore, traces_store: LedgerStore, log: AuditLog, caller: Caller, fork_id: str, wanted: Wanted
) -> Fork:
    """Have a fork replayed. Raises `NotFound`, `Invalid`, and `Conflict` while another replay of it runs."""
    fork = require(store, caller, fork_id)
    now = log.env.now()
    if fork.status == "replaying" and fork.status_at(now)[0] == "replaying":
        raise Conflict("this fork is being replayed; its status tells when that is done")
    substitutions = changes(store, fork) if wanted.substitutions is None else wanted.substitutions
    trace = traces.require(traces_store, caller, fork.trace_id)
    steps = steps_of(read_run(traces_store, trace))
    aimed(substitutions, steps, require_step(steps, fork.span_id))
    if wanted.engine == "webhook":
        _check_runner(wanted)
    digest = run_digest(substitutions, wanted.engine, wanted.runner_url)
    known = store.run(fork.workspace_id, fork.id, digest)
    if known is None and fork.replays >= MAX_REPLAYS:
        raise Conflict(f"a fork is replayed in at most {MAX_REPLAYS} ways; make another one")
    run = ForkRun(
        fork_id=fork.id,
        digest=digest,
        trace_id=_trace_of(traces_store, fork, digest, known),
        engine=wanted.engine,
        substitutions=substitutions,
        requested_at=times.render(now),
        requested_by=caller.principal,
        runner_url=wanted.runner_url,
        runner_secret=wanted.runner_secret,
    )
    after = replace(
        fork,
        status="replaying",
        fork_trace_id=run.trace_id,
        run=digest,
        # One, too, where the process that asked first died before it could count it.
        replays=max(1, fork.replays + (known is None)),
        requests=fork.requests + 1,
        engine=wanted.engine,
        reason=None,
        updated_at=run.requested_at,
        done=0,
        total=len(steps),
        unrecorded=0,
        version=fork.version + 1,
    )
    said = {"trace_id": fork.trace_id, "fork_trace_id": run.trace_id, "engine": run.engine, "run": digest}
    with noting(log, caller, "fork.replayed", "fork", fork.id, said):
        store.put_run(fork.workspace_id, run)
        if not store.write(after, fork.version):
            raise Conflict("this fork is being replayed; its status tells when that is done")
    return after


def _check_runner(wanted: Wanted) -> None:
    if wanted.runner_url is None:
        raise Invalid("runner_url: say where your runner is", field="runner_url")
    checked_url(wanted.runner_url, "runner_url")
    try:
        key = b64decode((wanted.runner_secret or "").removeprefix(SIGNING), validate=True)
    except binascii.Error:
        key = b""
    if not 16 <= len(key) <= 128:
        raise Invalid("runner_secret: must be whsec_ and 16 to 128 bytes in base64", field="runner_secret")


def _trace_of(store: LedgerStore, fork: Fork, digest: str, known: ForkRun | None) -> str:
    """Where a replay goes: the first one to the trace that the fork named, the same one to the same, another to one of
    its own, as does one whose request died and left the first trace to another. Where that was deleted, to a new one,
    as ids are not used twice.
    """
    if known is not None:
        trace_id = known.trace_id
    else:
        trace_id = run_trace_id(fork.id, digest) if fork.replays else fork.fork_trace_id
    found = store.head(fork.workspace_id, trace_id)
    if found is not None and found.deleted is not None:
        return run_trace_id(fork.id, f"{digest}:{fork.requests}")
    if found is not None and found.request_digest != f"{fork.id}:{digest}":
        return run_trace_id(fork.id, digest)
    return trace_id


def compare(
    store: ForkStore, traces_store: LedgerStore, now: datetime, caller: Caller, fork_id: str
) -> tuple[Fork, Diff]:
    """A fork and the diff of its trace with the original. Raises `NotFound`, and `Conflict` before it was replayed."""
    fork = require(store, caller, fork_id)
    status, reason = fork.status_at(now)
    if status not in ("completed", "diverged"):
        said = {"created": "was not replayed yet", "replaying": "is being replayed"}.get(status, f"failed: {reason}")
        raise Conflict(f"there is no diff, as the fork {said}")
    original = traces.require(traces_store, caller, fork.trace_id)
    forked = traces.require(traces_store, caller, fork.fork_trace_id)
    stated = original.user_goal or ""
    return fork, diff(read_run(traces_store, original), read_run(traces_store, forked), stated)
