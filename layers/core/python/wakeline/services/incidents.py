"""Incidents: let runs join and leave them, list them, and let people work through them.

An incident's id follows from its cause, and each write says which version it replaces, so that any number of analyses
at once make one incident that counts each run once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from wakeline.domain import cursor, times
from wakeline.domain.analyses import StoredAnalysis
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, NotFound
from wakeline.domain.ids import is_id
from wakeline.domain.incidents.fault import Fault
from wakeline.domain.incidents.incident import Incident, Occurrence, changed, joined, left, opened
from wakeline.domain.incidents.index import IncidentEntry, IncidentFilter

from .audit import AuditLog, noting
from .incident_ports import IncidentStore
from .listing import MAX_READ, IndexPosition, checked_offset

T = TypeVar("T", bound=Incident | None)

ATTEMPTS = 60
_PAGE = 1000
_OTHERS = 100
"""Runs looked at for who represents an incident when its representative leaves."""


def join(
    store: IncidentStore, env: Env, workspace_id: str, project_id: str, fault: Fault, occurrence: Occurrence
) -> Incident:
    """Let a run join the incident of its fault, which is opened if it is the first. Doing it again changes nothing."""
    incident_id = fault.incident_id(workspace_id, project_id)

    def step(incident: Incident | None) -> tuple[Incident, bool]:
        now = times.render(env.now())
        if incident is None:
            after = opened(workspace_id, project_id, fault, occurrence, now)
        else:
            before = store.occurrence(workspace_id, incident_id, occurrence.trace_id)
            after = joined(incident, occurrence, before, now)
        return after, after is incident or store.write(incident, after, joins=occurrence)

    return _until_written(store, env, workspace_id, incident_id, step)


def link(store: IncidentStore, env: Env, incident_id: str, analysis: StoredAnalysis) -> Incident | None:
    """Let a run join an incident that a service named. None when that incident is gone."""
    occurrence = Occurrence(
        trace_id=analysis.trace_id,
        seen_at=analysis.seen_at,
        confidence=analysis.confidence,
        critical_step_seq=analysis.critical_step_seq or 0,
        evidence_refs=(analysis.critical_step_seq or 0,),
        labels=analysis.labels,
        root_cause=analysis.root_cause or "",
    )

    def step(incident: Incident | None) -> tuple[Incident | None, bool]:
        if incident is None:
            return None, True
        before = store.occurrence(incident.workspace_id, incident_id, occurrence.trace_id)
        after = joined(incident, occurrence, before, times.render(env.now()))
        return after, after is incident or store.write(incident, after, joins=occurrence)

    return _until_written(store, env, analysis.workspace_id, incident_id, step)


def leave(store: IncidentStore, env: Env, workspace_id: str, incident_id: str, trace_id: str) -> None:
    """Take a run out of an incident. One that has no other run left is gone with it."""

    def step(incident: Incident | None) -> tuple[Incident | None, bool]:
        occurrence = store.occurrence(workspace_id, incident_id, trace_id) if incident is not None else None
        if incident is None or occurrence is None:
            return incident, True
        some = store.occurrences(workspace_id, incident_id, limit=_OTHERS + 1)
        others = [each for each in some if each.trace_id != trace_id]
        after = left(incident, occurrence, others, times.render(env.now()))
        return after, store.write(incident, after, leaves=trace_id)

    _until_written(store, env, workspace_id, incident_id, step)


def _until_written(
    store: IncidentStore,
    env: Env,
    workspace_id: str,
    incident_id: str,
    step: Callable[[Incident | None], tuple[T, bool]],
) -> T:
    """What `step` makes of the incident as it stands; it is asked again whenever another writer was faster."""
    for attempt in range(ATTEMPTS):
        after, written = step(store.get(workspace_id, incident_id))
        if written:
            return after
        env.pause(attempt)
    raise Busy("too many runs join this incident at once; try again")


def get(store: IncidentStore, caller: Caller, incident_id: str) -> Incident:
    """An incident that the caller sees. Raises `NotFound`."""
    incident = store.get(caller.workspace_id, incident_id) if is_id(incident_id) else None
    if incident is None or caller.project_id not in (None, incident.project_id):
        raise NotFound("incident not found")
    return incident


def update(
    store: IncidentStore,
    env: Env,
    log: AuditLog,
    caller: Caller,
    incident_id: str,
    reason: str | None = None,
    **wanted: str | None,
) -> Incident:
    """Set `status` and `owner_id`, as far as given. Raises `NotFound`, `Conflict` for a status that cannot follow."""

    def change(incident: Incident) -> Incident:
        return changed(incident, caller.principal, times.render(env.now()), reason, **wanted)

    incident = get(store, caller, incident_id)
    if change(incident) is incident:
        return incident
    told = {**wanted, **({"reason": reason} if reason else {}), "version": incident.version + 1}
    with noting(log, caller, "incident.updated", "incident", incident_id, told):
        return rewrite(store, env, caller, incident_id, change)


def rewrite(
    store: IncidentStore, env: Env, caller: Caller, incident_id: str, change: Callable[[Incident], Incident]
) -> Incident:
    """Put what `change` makes of an incident in its place; it is asked again when another writer was faster.

    Raises `NotFound`, and what `change` raises.
    """
    for attempt in range(ATTEMPTS):
        incident = get(store, caller, incident_id)
        after = change(incident)
        if after is incident or store.write(incident, after):
            return after
        env.pause(attempt)
    raise Busy("too many runs join this incident at once; try again")


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Which incidents, and which part of the list. A `cursor` takes the place of `offset`."""

    filter: IncidentFilter
    project_id: str | None = None
    limit: int = 50
    offset: int = 0
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """A part of a list. `total_exact` is False where `total` is the count so far; `next_cursor` is None at the end."""

    incidents: list[Incident]
    total: int
    total_exact: bool
    next_cursor: str | None


def list_incidents(store: IncidentStore, caller: Caller, query: IncidentQuery) -> IncidentPage:
    """The incidents that the caller sees and the query asks for, last seen first.

    Raises `NotFound` for a project that is not the caller's, `Invalid` for a broken cursor or too large an offset.
    """
    project_id = caller.narrowed(query.project_id)
    binding = cursor.binding_of("incidents", caller.workspace_id, project_id, query.filter.to_json())
    if query.cursor is not None:
        at = cursor.read(query.cursor, IndexPosition, binding)
        found, finished = _walk(store, caller, project_id, query.filter, at.place, query.limit + 1)
        total, exact, offset, wanted = at.total, at.exact, at.offset, found[: query.limit + 1]
    else:
        offset = checked_offset(query.offset)
        found, exact = _walk(store, caller, project_id, query.filter, None, None)
        finished, total, wanted = exact, len(found), found[offset : offset + query.limit + 1]
    shown = wanted[: query.limit]
    incidents = store.many(caller.workspace_id, [entry.incident_id for entry in shown])
    behind = None
    if shown and (len(wanted) > len(shown) or not finished):
        position = IndexPosition(place=shown[-1].place, total=total, exact=exact, offset=offset + len(shown))
        behind = cursor.spell(position, binding)
    listed = [incidents[entry.incident_id] for entry in shown if entry.incident_id in incidents]
    return IncidentPage(listed, total, exact, behind)


def _walk(
    store: IncidentStore,
    caller: Caller,
    project_id: str | None,
    wanted: IncidentFilter,
    after: str | None,
    number: int | None,
) -> tuple[list[IncidentEntry], bool]:
    """The next `number` matching entries, or all; and whether the end was reached before `MAX_READ` were looked at."""
    found: list[IncidentEntry] = []
    left_to_read = MAX_READ
    size = number or _PAGE
    while left_to_read > 0 and (number is None or len(found) < number):
        page, behind = store.entries(caller.workspace_id, project_id, after=after, limit=min(size, _PAGE, left_to_read))
        left_to_read -= len(page)
        # Filters may let few through: ask for more each time, not for everything at once.
        size *= 2
        found += [entry for entry in page if wanted.admits(entry)]
        if behind is None:
            return found, True
        after = behind
    return found, False
