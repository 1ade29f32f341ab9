"""Running a fork: what the worker does once a replay was asked for.

The new run is worked out in full before the first of its events is stored, so that a replay that fails leaves nothing
half-written. Storing goes by keys that follow from the places of the events: a worker that died is taken up where it
was, and the same replay again adds nothing.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, Protocol

from wakeline.domain import times
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, NotFound, WakelineError
from wakeline.domain.events import Event, NewEvent
from wakeline.domain.outbox.traces import FORK_ID
from wakeline.domain.prices import Price
from wakeline.domain.replay import Replayed, Step, replay
from wakeline.domain.replay.engine import EngineFailed
from wakeline.domain.replay.fork import Fork, ForkRun
from wakeline.domain.replay.steps import MARK
from wakeline.domain.replay.walk import Ask, event_id
from wakeline.domain.segments import MAX_EVENTS
from wakeline.domain.trace import Trace, new_trace

from . import ledger, redacting
from .costs import price_calls
from .forks import read_run
from .ports import LedgerStore
from .replay_ports import ForkStore
from .runs import append_missing

NOTED_EVERY = timedelta(seconds=2)
GONE = "the trace was deleted"
_KEPT = (
    "name",
    "user_goal",
    "agent",
    "agent_id",
    "environment",
    "source",
    "repo",
    "author",
    "branch",
    "cwd",
    "tool",
    "model",
)


class Dispatch(Protocol):
    """Hands a replay to somebody else, who records the new trace. Raises `EngineFailed`."""

    def __call__(self, fork: Fork, run: ForkRun, origin: Trace, events: list[Event]) -> None: ...


@dataclass(frozen=True, slots=True)
class Engines:
    """How the engines other than the record are reached: a model's answers for `bedrock`, a dispatch for `webhook`."""

    ask: Ask
    dispatch: Dispatch


def run(
    store: ForkStore,
    traces_store: LedgerStore,
    env: Env,
    price: Price,
    engines: Engines,
    workspace_id: str,
    fork_id: str,
    digest: str,
) -> Fork | None:
    """Replay a fork; the fork as it ended. None when that was done already, or another replay was asked for since.

    Expected failures end in the status `failed`; anything else is raised, for the worker to be started again.
    """
    fork = store.get(workspace_id, fork_id)
    wanted = store.run(workspace_id, fork_id, digest)
    if fork is None or wanted is None or fork.status != "replaying" or fork.run != digest:
        return None
    progress = _Progress(store, env, fork, engines.ask)
    try:
        return _run(progress, store, traces_store, env, price, engines, wanted)
    except Busy:
        raise
    except WakelineError as error:
        return finish(store, env, progress.fork, "failed", GONE if isinstance(error, NotFound) else error.message)


def _run(
    progress: "_Progress",
    store: ForkStore,
    traces_store: LedgerStore,
    env: Env,
    price: Price,
    engines: Engines,
    wanted: ForkRun,
) -> Fork | None:
    fork = progress.fork
    origin = ledger.living(traces_store.head(fork.workspace_id, fork.trace_id))
    events = read_run(traces_store, origin)
    if wanted.engine == "webhook":
        if wanted.runner_secret is not None:
            _hand_over(store, traces_store, env, engines.dispatch, fork, wanted, origin, events)
        return fork
    ask = progress.ask if wanted.engine == "bedrock" else None
    result = replay(events, fork.span_id, wanted.substitutions, trace_id=wanted.trace_id, ask=ask)
    # Deleted while it was replayed: what was said in it must not come back as a copy.
    ledger.living(traces_store.head(fork.workspace_id, fork.trace_id))
    _store(traces_store, env, price, origin, fork, wanted, result)
    return finish(store, env, progress.fork, "completed" if result.is_whole else "diverged", _why(result), result)


def _hand_over(
    store: ForkStore,
    traces_store: LedgerStore,
    env: Env,
    dispatch: Dispatch,
    fork: Fork,
    wanted: ForkRun,
    origin: Trace,
    events: list[Event],
) -> None:
    """Send a replay to its runner. The secret it is signed with is kept no longer; without one, it was sent before."""
    opened = open_trace(traces_store, env, origin, fork, wanted)
    sent = replace(wanted, runner_secret=None)
    try:
        dispatch(fork, wanted, origin, events)
    except EngineFailed:
        store.put_run(fork.workspace_id, sent)
        if opened.event_count == 0:
            ledger.erase(traces_store, env, opened, wanted.requested_by)
        raise
    store.put_run(fork.workspace_id, sent)


class _Progress:
    """Asks on, and notes now and then how far the replay is. Raises `EngineFailed` once another one was asked for."""

    def __init__(self, store: ForkStore, env: Env, fork: Fork, ask: Ask) -> None:
        self.fork = fork
        self._store, self._env, self._ask = store, env, ask
        self._noted = env.now()

    def ask(self, step: Step, request: dict[str, Any], model: str | None) -> dict[str, Any]:
        now = self._env.now()
        if now - self._noted >= NOTED_EVERY:
            self._noted = now
            after = replace(self.fork, done=step.position, updated_at=times.render(now), version=self.fork.version + 1)
            if not self._store.write(after, self.fork.version):
                raise EngineFailed("another replay of this fork was asked for")
            self.fork = after
        return self._ask(step, request, model)


def _why(result: Replayed) -> str | None:
    if result.is_whole:
        return None
    count = len(result.unrecorded)
    steps = "one step has" if count == 1 else f"{count} steps have"
    return f"{steps} no answer in the record; the first is {result.unrecorded[0]}"


def finish(
    store: ForkStore, env: Env, fork: Fork, status: Any, reason: str | None, result: Replayed | None = None
) -> Fork | None:
    """End a replay. None when the fork moved on meanwhile."""
    after = replace(
        fork,
        status=status,
        reason=reason,
        updated_at=times.render(env.now()),
        done=result.steps - len(result.unrecorded) if result else 0,
        total=result.steps if result else fork.total,
        unrecorded=len(result.unrecorded) if result else 0,
        version=fork.version + 1,
    )
    return after if store.write(after, fork.version) else None


def _fresh(env: Env, origin: Trace, fork: Fork, wanted: ForkRun) -> Trace:
    """The fork's trace, before anything happened in it."""
    said = {name: getattr(origin, name) for name in _KEPT}
    link = {FORK_ID: fork.id, "_fork_of": origin.id, "_fork_point": fork.span_id, "_engine": wanted.engine}
    return new_trace(
        fork.workspace_id,
        wanted.trace_id,
        project_id=fork.project_id,
        created_at=times.render(env.now()),
        created_by=wanted.requested_by,
        started_at=origin.started_at,
        metadata={**(origin.metadata or {}), **link},
        parent_trace_id=origin.id,
        request_digest=f"{fork.id}:{wanted.digest}",
        **said,
    )


def open_trace(store: LedgerStore, env: Env, origin: Trace, fork: Fork, wanted: ForkRun) -> Trace:
    """The fork's trace, made if it is not there. Raises `EngineFailed` when it was deleted."""
    made = _fresh(env, origin, fork, wanted)
    if store.create(made):
        return made
    return _there(store, fork, wanted)


def _there(store: LedgerStore, fork: Fork, wanted: ForkRun) -> Trace:
    found = store.head(fork.workspace_id, wanted.trace_id)
    if found is None or found.deleted is not None:
        raise EngineFailed("the fork's own trace was deleted")
    if found.request_digest != f"{fork.id}:{wanted.digest}":
        raise EngineFailed(f"there is another trace of the id {wanted.trace_id}")
    return found


def _store(
    store: LedgerStore, env: Env, price: Price, origin: Trace, fork: Fork, wanted: ForkRun, result: Replayed
) -> None:
    """Store the new run: its trace with the first events in one write, then the others."""
    events = [*result.events, *_closing(origin, wanted.trace_id, result.events)]
    # A model says what nobody has said before.
    redacting.events(env, fork.workspace_id, events)
    price_calls(list(enumerate(events)), price, env)
    if store.head(fork.workspace_id, wanted.trace_id) is None:
        fresh = _fresh(env, origin, fork, wanted)
        first = list(enumerate(events[: MAX_EVENTS // 5]))
        if not events:
            store.create(fresh)
        else:
            ledger.begin(store, env, fresh, first)
    append_missing(store, env, _there(store, fork, wanted), events)


def _closing(origin: Trace, trace_id: str, events: list[NewEvent]) -> list[NewEvent]:
    """An end for a run that has none: a replay is over when its record is."""
    if any(event.type == "session_end" for event in events):
        return []
    status = "failed" if origin.status == "failed" else "completed"
    return [
        NewEvent(
            id=event_id(trace_id, len(events)),
            type="session_end",
            timestamp=events[-1].timestamp if events else origin.started_at,
            idempotency_key="replay:end",
            payload={"status": status},
            metadata={MARK: {"outcome": "closing"}},
        )
    ]


def ended_elsewhere(
    store: ForkStore, env: Env, workspace_id: str, fork_id: str, trace_id: str, status: Literal["completed", "failed"]
) -> Fork | None:
    """The runner's trace of a fork came to its end, well or not: so does the replay. None when none waits for that."""
    fork = store.get(workspace_id, fork_id)
    if fork is None or fork.engine != "webhook" or fork.status != "replaying" or fork.fork_trace_id != trace_id:
        return None
    after = replace(
        fork,
        status=status,
        reason=None if status == "completed" else "the runner's session failed",
        updated_at=times.render(env.now()),
        done=fork.total if status == "completed" else fork.done,
        version=fork.version + 1,
    )
    return after if store.write(after, fork.version) else None
