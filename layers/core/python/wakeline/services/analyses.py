"""Analyses: run the detectors on a trace, store what they say, and bring its incidents in line with it.

The analysis is stored first, then the incidents are made to agree with whatever analysis is stored by then, and looked
at once more: two that analyse one trace at once end on the same incidents, and whoever is called again after a crash
finishes what was left. No lock, and no transaction over both.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wakeline.domain.analyses import StoredAnalysis, bounded
from wakeline.domain.caller import Caller
from wakeline.domain.config import analysed_when_over, silent_detectors
from wakeline.domain.detectors import analyse_run, prepare
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, Invalid, NotFound
from wakeline.domain.events import Event
from wakeline.domain.incidents.fault import faults_of
from wakeline.domain.incidents.incident import Incident, Occurrence
from wakeline.domain.outbox.traces import fork_of
from wakeline.domain.segments import Damaged
from wakeline.domain.trace import Trace

from . import incidents, ledger, traces
from .audit import AuditLog, noting
from .config_ports import ConfigStore
from .incident_ports import AnalysisStore, IncidentStore
from .ports import LedgerStore

ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Stores:
    """Where traces, their analyses and the incidents are, and what the workspace wants analysed."""

    ledger: LedgerStore
    analyses: AnalysisStore
    incidents: IncidentStore
    config: ConfigStore


@dataclass(frozen=True, slots=True)
class Analysed:
    """An analysis that is stored, and the incidents of its trace, surest first."""

    analysis: StoredAnalysis
    incidents: list[Incident]


def run_detectors(store: LedgerStore, trace: Trace, silent: Collection[str] = ()) -> StoredAnalysis:
    """Analyse a trace as far as its HEAD goes, without the `silent` detectors. Reads each segment once; memory has a
    bound.
    """
    trace = ledger.settle(store, trace)
    seen = _Last()
    run = prepare(bounded(seen.of(ledger.read_events(store, trace), trace.last_index)), trace.user_goal or "")
    analysis = analyse_run(run, failed=True if trace.status == "failed" else None, silent=silent)
    return StoredAnalysis(
        workspace_id=trace.workspace_id,
        project_id=trace.project_id,
        trace_id=trace.id,
        head_hash=trace.head_hash,
        event_count=trace.event_count,
        seen_at=seen.received_at or trace.created_at,
        detector_version=analysis.detector_version,
        labels=analysis.labels,
        confidence=analysis.confidence,
        critical_step_seq=analysis.critical_step_seq,
        critical_agent=analysis.critical_agent,
        root_cause=analysis.root_cause,
        detections=tuple(detection.to_json() for detection in analysis.detections),
        # A replay of a failed run, to try something out, is no occurrence of anything.
        faults=() if fork_of(trace) else tuple(faults_of(run, analysis)),
    )


def _last_received(store: LedgerStore, trace: Trace) -> str:
    """When a trace's last event came in, by our clock."""
    last = next(ledger.read_events(store, trace, trace.last_index), None) if trace.event_count else None
    return str(last.envelope["received_at"]) if last is not None else trace.created_at


class _Last:
    """Passes events on up to an index and remembers when the last of them came in."""

    def __init__(self) -> None:
        self.received_at: str | None = None

    def of(self, events: Iterator[Event], last_index: int) -> Iterator[Event]:
        for event in events:
            if event.index > last_index:
                return
            self.received_at = str(event.envelope["received_at"])
            yield event


def analyse(stores: Stores, env: Env, caller: Caller, trace_id: str) -> Analysed:
    """Run the detectors on a trace of the caller now. Raises `NotFound`."""
    trace = traces.require(stores.ledger, caller, trace_id)
    silent = silent_detectors(stores.config.current(trace.workspace_id).settings)
    return keep(stores, env, run_detectors(stores.ledger, trace, silent), insist=True)


def completed(stores: Stores, env: Env, workspace_id: str, trace_id: str) -> Analysed | None:
    """Analyse a trace that ended, as the bus says. None for one that is gone: then nothing of it is kept here either;
    and where the workspace wants it only when asked.

    The same news twice changes nothing.
    """
    trace = stores.ledger.head(workspace_id, trace_id)
    if trace is None:
        return None
    settings = stores.config.current(workspace_id).settings
    try:
        trace = ledger.living(trace)
        if not analysed_when_over(settings):
            return None
        return keep(stores, env, run_detectors(stores.ledger, trace, silent_detectors(settings)))
    except NotFound:
        forget(stores, env, workspace_id, trace_id)
        return None


def renew(stores: Stores, env: Env, workspace_id: str, trace_id: str) -> Analysed | None:
    """Analyse a trace anew of which something was erased, as its analysis and incidents may quote that. None where
    there is nothing to renew, or a service said what it found: that is the service's to renew.
    """
    stored = stores.analyses.get(workspace_id, trace_id)
    if stored is None or stored.source == "service":
        return None
    try:
        trace = ledger.living(stores.ledger.head(workspace_id, trace_id))
        silent = silent_detectors(stores.config.current(workspace_id).settings)
        return keep(stores, env, run_detectors(stores.ledger, trace, silent), insist=True)
    except (NotFound, Damaged):
        # Gone meanwhile, and its analysis with it; or tampered with, which is for verify to report.
        return None


def keep(stores: Stores, env: Env, analysis: StoredAnalysis, *, insist: bool = False) -> Analysed:
    """Store an analysis and bring the incidents in line. Where a later one is stored already, that one is returned.

    Raises `NotFound` when the trace was deleted meanwhile; then nothing of it stays.
    """
    workspace_id, trace_id = analysis.workspace_id, analysis.trace_id
    stores.analyses.put(analysis, insist=insist)
    for attempt in range(ROUNDS):
        stored = stores.analyses.get(workspace_id, trace_id)
        found = _reconcile(stores.incidents, env, stored) if stored is not None else []
        trace = stores.ledger.head(workspace_id, trace_id)
        if trace is None or trace.deleted is not None:
            forget(stores, env, workspace_id, trace_id)
            raise NotFound("trace not found")
        if stored is not None and stores.analyses.get(workspace_id, trace_id) == stored:
            return Analysed(stored, found)
        env.pause(attempt)
    raise Busy("this trace is being analysed by too many at once; try again")


def _reconcile(store: IncidentStore, env: Env, analysis: StoredAnalysis) -> list[Incident]:
    """Let the run join the incidents of its analysis and leave all others; those it is in then."""
    workspace_id, trace_id = analysis.workspace_id, analysis.trace_id
    found: dict[str, Incident] = {}
    for fault in analysis.faults:
        occurrence = Occurrence.of(trace_id, analysis.seen_at, fault)
        incident = incidents.join(store, env, workspace_id, analysis.project_id, fault, occurrence)
        found[incident.id] = incident
    for incident_id in analysis.linked:
        if incident_id not in found and (linked := incidents.link(store, env, incident_id, analysis)) is not None:
            found[incident_id] = linked
    for incident_id in store.of_trace(workspace_id, trace_id):
        if incident_id not in found:
            incidents.leave(store, env, workspace_id, incident_id, trace_id)
    return list(found.values())


def stored(stores: Stores, caller: Caller, trace_id: str) -> StoredAnalysis | None:
    """The stored analysis of a trace of the caller; None before the first. Raises `NotFound`."""
    traces.require(stores.ledger, caller, trace_id)
    return stores.analyses.get(caller.workspace_id, trace_id)


def put(
    stores: Stores,
    env: Env,
    log: AuditLog,
    caller: Caller,
    trace_id: str,
    said: dict[str, Any],
    incident_ids: Sequence[str] | None,
    head_hash: str | None,
) -> Analysed:
    """Store what a service found in a trace, and link it to incidents; None leaves the links as they are.

    `said` are fields of `StoredAnalysis`. Raises `NotFound`, `Conflict` when `head_hash` is not where the trace
    ends by now, `Invalid` for a step past its end or an incident that is not there.
    """
    trace = ledger.settle(stores.ledger, traces.require(stores.ledger, caller, trace_id))
    if head_hash not in (None, trace.head_hash):
        raise Conflict("the trace does not end on this hash (any more); analyse it as it is now", field="head_hash")
    # A trace without events is one whose record is still on its way: its service may know the steps before we do.
    if trace.last_index >= 0 and (said["critical_step_seq"] or 0) > trace.last_seq:
        raise Invalid("critical_step_seq: the trace has no such event", field="critical_step_seq")
    if incident_ids is None:
        linked = stores.incidents.of_trace(trace.workspace_id, trace.id)
    else:
        linked = list(dict.fromkeys(incident_ids))
        known = stores.incidents.many(trace.workspace_id, linked)
        for place, incident_id in enumerate(linked):
            if incident_id not in known or known[incident_id].project_id != trace.project_id:
                raise Invalid(f"incident_ids.{place}: no incident of this project", field=f"incident_ids.{place}")
    analysis = StoredAnalysis(
        workspace_id=trace.workspace_id,
        project_id=trace.project_id,
        trace_id=trace.id,
        head_hash=trace.head_hash,
        event_count=trace.event_count,
        seen_at=_last_received(stores.ledger, trace),
        source="service",
        linked=tuple(linked),
        **said,
    )
    told = {"labels": list(analysis.labels), "head_hash": analysis.head_hash, "incident_ids": linked}
    with noting(log, caller, "analysis.replaced", "trace", trace.id, told):
        return keep(stores, env, analysis)


def forget(stores: Stores, env: Env, workspace_id: str, trace_id: str) -> int:
    """Take a deleted trace out of its incidents and forget its analysis; how much there was. Can be called again."""
    count = 0
    for incident_id in stores.incidents.of_trace(workspace_id, trace_id):
        incidents.leave(stores.incidents, env, workspace_id, incident_id, trace_id)
        count += 1
    return count + stores.analyses.delete(workspace_id, trace_id)
