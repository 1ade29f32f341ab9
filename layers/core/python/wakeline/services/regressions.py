"""Regression runs: ask for one, run it, show it.

*Before* is what the detectors say of the record, *after* what they say of its replay with the change in. A session
whose replay met a step that nobody answered counts as neither passed nor failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Busy, Invalid, NotFound, WakelineError
from wakeline.domain.events import Event
from wakeline.domain.ids import is_id
from wakeline.domain.replay import Substitution, read_substitutions, replay
from wakeline.domain.replay.regression import MAX_PASSING, MAX_SESSIONS, RegressionRun, Row, judged
from wakeline.domain.replay.walk import Ask
from wakeline.domain.trace import Trace

from . import incidents, ledger
from .audit import AuditLog, noting, system
from .forks import read_run
from .incident_ports import AnalysisStore, IncidentStore
from .listing import visible_traces
from .ports import LedgerStore, TraceIndex
from .regression_ports import RegressionStore

LOOKED_AT = 200
"""Of the newest traces, how many are looked at for sessions that went well."""

Engine = Literal["recorded", "bedrock"]


@dataclass(frozen=True, slots=True)
class Stores:
    """What a regression run works on."""

    runs: RegressionStore
    incidents: IncidentStore
    analyses: AnalysisStore
    ledger: LedgerStore
    index: TraceIndex


def request(
    stores: Stores,
    log: AuditLog,
    caller: Caller,
    incident_id: str,
    substitutions: Sequence[Substitution] | None,
    engine: Engine,
    pr_url: str | None,
) -> RegressionRun:
    """Ask for a regression run of an incident; the outbox starts it. Without substitutions, with those of the fix that
    the fix agent proposed last. Raises `NotFound`, `Invalid`.
    """
    incident = incidents.get(stores.incidents, caller, incident_id)
    if substitutions is None:
        fix = stores.incidents.fix(incident.workspace_id, incident.id) or {}
        substitutions = read_substitutions(fix.get("substitutions") or [])
    now = times.render(log.env.now())
    run = RegressionRun(
        workspace_id=incident.workspace_id,
        project_id=incident.project_id,
        incident_id=incident.id,
        id=log.env.new_id("rgr"),
        label=incident.label,
        status="requested",
        engine=engine,
        created_at=now,
        created_by=caller.principal,
        updated_at=now,
        substitutions=tuple(substitutions),
        pr_url=pr_url or incident.pr_url,
    )
    said = {"run_id": run.id, "engine": engine, "pr_url": run.pr_url}
    with noting(log, caller, "regression_run.requested", "incident", incident.id, said):
        stores.runs.put(run)
    return run


def require(stores: Stores, caller: Caller, incident_id: str, run_id: str) -> RegressionRun:
    """A run of an incident that the caller sees. Raises `NotFound`."""
    incidents.get(stores.incidents, caller, incident_id)
    run = stores.runs.get(caller.workspace_id, incident_id, run_id) if is_id(run_id) else None
    if run is None:
        raise NotFound("regression run not found")
    return run


def page(
    stores: Stores, caller: Caller, incident_id: str, cursor: str | None, limit: int
) -> tuple[list[RegressionRun], str | None]:
    """The runs of an incident that the caller sees, newest first. Raises `NotFound`, `Invalid` for a broken cursor."""
    incidents.get(stores.incidents, caller, incident_id)
    if cursor is not None and not is_id(cursor):
        raise Invalid("cursor is not one of ours", field="cursor")
    return stores.runs.page(caller.workspace_id, incident_id, cursor, limit)


def run(
    stores: Stores, log: AuditLog, ask: Ask, workspace_id: str, incident_id: str, run_id: str
) -> RegressionRun | None:
    """Run what was asked for; the run as it ended. None when that was done already.

    Expected failures end in the status `failed`; anything else is raised, for the worker to be started again.
    """
    asked = stores.runs.get(workspace_id, incident_id, run_id)
    if asked is None or asked.status not in ("requested", "running"):
        return None
    try:
        rows = _rows(stores, ask, asked)
    except Busy:
        raise
    except WakelineError as error:
        return _end(stores, log, replace(asked, status="failed", reason=error.message))
    done = replace(asked, status="completed", rows=tuple(rows))
    if done.verified:
        # First: a worker that dies in between comes to the same once more.
        _verify(stores, log, done)
    return _end(stores, log, done)


def _end(stores: Stores, log: AuditLog, after: RegressionRun) -> RegressionRun | None:
    ended = replace(after, updated_at=times.render(log.env.now()), version=after.version + 1)
    return ended if stores.runs.put(ended, after.version) else None


def _verify(stores: Stores, log: AuditLog, ended: RegressionRun) -> None:
    """Move the incident to verified: the run proved it. One that a person ignored or verified stays as it is."""
    caller = system(ended.workspace_id, "regression")
    incident = stores.incidents.get(ended.workspace_id, ended.incident_id)
    if incident is None or incident.status in ("verified", "ignored"):
        return
    reason = f"regression run {ended.id}"
    incidents.update(stores.incidents, log.env, log, caller, ended.incident_id, reason, status="verified")


def _rows(stores: Stores, ask: Ask, asked: RegressionRun) -> list[Row]:
    answers = ask if asked.engine == "bedrock" else None
    found = stores.incidents.occurrences(asked.workspace_id, asked.incident_id, None, MAX_SESSIONS)
    ids = [each.trace_id for each in found]
    rows = [row for each in ids if (row := _row(stores, answers, asked, each, "incident")) is not None]
    rows += [
        row
        for each in _passing(stores, asked, set(ids))
        if (row := _row(stores, answers, asked, each, "passing")) is not None
    ]
    return rows


def _passing(stores: Stores, asked: RegressionRun, but: set[str]) -> list[str]:
    """The newest sessions of the project in which the detectors found nothing."""
    caller = replace(system(asked.workspace_id, "regression"), project_id=asked.project_id)
    seen: list[str] = []
    for trace in visible_traces(stores.ledger, stores.index, caller, asked.project_id):
        if len(seen) == LOOKED_AT:
            break
        if trace.id not in but and trace.status == "completed" and "_fork_id" not in (trace.metadata or {}):
            seen.append(trace.id)
    labels = stores.analyses.labels(asked.workspace_id, seen)
    return [each for each in seen if labels.get(each) == ()][:MAX_PASSING]


def _row(
    stores: Stores, ask: Ask | None, asked: RegressionRun, trace_id: str, kind: Literal["incident", "passing"]
) -> Row | None:
    """How one session fares. None for one that is not there any more."""
    try:
        trace = ledger.living(stores.ledger.head(asked.workspace_id, trace_id))
        events = read_run(stores.ledger, trace)
    except NotFound:
        return None
    except WakelineError as error:
        return Row(trace_id, kind, "inconclusive", "inconclusive", error.message)
    before = judged(events, trace.user_goal or "")
    failed = asked.label in before if kind == "incident" else bool(before)
    return _after(ask, asked, trace, kind, events, before, failed)


def _after(
    ask: Ask | None,
    asked: RegressionRun,
    trace: Trace,
    kind: Literal["incident", "passing"],
    events: list[Event],
    before: frozenset[str],
    failed: bool,
) -> Row:
    trace_id = trace.id
    was: Literal["pass", "fail"] = "fail" if failed else "pass"
    try:
        again = replay(events, None, asked.substitutions, ask=ask)
    except WakelineError as error:
        return Row(trace_id, kind, was, "inconclusive", f"not replayed: {error.message}")
    if not again.is_whole:
        count = len(again.unrecorded)
        why = f"{count} of {again.steps} steps have no answer in the record, first {again.unrecorded[0]}"
        return Row(trace_id, kind, was, "inconclusive", why)
    after = judged(again.events, trace.user_goal or "")
    if kind == "incident":
        still = asked.label in after
        return Row(
            trace_id, kind, was, "fail" if still else "pass", f"{asked.label} {'is' if still else 'is not'} found"
        )
    new = sorted(after - before)
    return Row(trace_id, kind, was, "fail" if new else "pass", f"found now: {', '.join(new)}" if new else "nothing new")
