"""Incidents: a cause of failure with the runs it befell, as people work through it. Pure: every change is a new value.

A person moves an incident by `changed`; a run joins and leaves it by `joined` and `left`. An incident that was verified
or ignored and recurs is new again, as a regression.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self, get_args

from wakeline.domain import times
from wakeline.domain.errors import Conflict

from .fault import Fault

Status = Literal["new", "triaged", "fixing", "verified", "ignored"]
Severity = Literal["low", "medium", "high", "critical"]
STATUSES: tuple[Status, ...] = get_args(Status)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

MOVES: dict[str, frozenset[str]] = {
    "new": frozenset({"triaged", "fixing", "verified", "ignored"}),
    "triaged": frozenset({"new", "fixing", "verified", "ignored"}),
    "fixing": frozenset({"triaged", "verified", "ignored"}),
    "verified": frozenset({"triaged", "fixing"}),
    "ignored": frozenset({"new", "triaged", "fixing"}),
}
"""Where a person may take an incident from each status. What was ignored has to be taken up before it is verified."""

CLOSED = frozenset({"verified", "ignored"})
MAX_SESSIONS = 100
"""Sessions an incident names: the last ones to join. `session_count` counts all."""
MAX_HISTORY = 100

_DESTROYS = frozenset({"forbidden_action", "destructive_action"})
_SIDE = frozenset({"cost_spike", "stalled"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run that an incident befell. `seen_at` is when its last analysed event came in, by our clock."""

    trace_id: str
    seen_at: str
    confidence: float
    critical_step_seq: int
    evidence_refs: tuple[int, ...]
    labels: tuple[str, ...]
    root_cause: str

    @classmethod
    def of(cls, trace_id: str, seen_at: str, fault: Fault) -> Self:
        """The occurrence of a fault in a trace."""
        return cls(
            trace_id,
            seen_at,
            fault.confidence,
            fault.critical_step_seq,
            fault.evidence_refs,
            fault.labels,
            fault.explanation,
        )

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        return {**asdict(self), "evidence_refs": list(self.evidence_refs), "labels": list(self.labels)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back."""
        return cls(**{**stored, "evidence_refs": tuple(stored["evidence_refs"]), "labels": tuple(stored["labels"])})


@dataclass(frozen=True, slots=True)
class Incident:
    """A cause of failure. Confidence, critical step and root cause are those of its representative: the surest run.

    `history` is its audit trail, oldest first; `version` rises with each write.
    """

    workspace_id: str
    project_id: str
    id: str
    label: str
    agent: str
    signature: str
    fingerprint: str
    created_at: str
    updated_at: str
    representative: Occurrence
    labels: tuple[str, ...]
    first_seen: str
    last_seen: str
    session_count: int = 1
    session_ids: tuple[str, ...] = ()
    status: str = "new"
    owner_id: str | None = None
    reopened: int = 0
    closed_at: str | None = None
    pr_url: str | None = None
    history: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    version: int = 0

    @property
    def title(self) -> str:
        """What to call it in a list."""
        return f"{self.label.replace('_', ' ').capitalize()}: {self.signature or self.agent}"

    @property
    def severity(self) -> Severity:
        """How bad: what was destroyed or forbidden is critical, what was certain is high, what only cost is low."""
        confidence = self.representative.confidence
        if set(self.labels) & _DESTROYS:
            return "critical" if confidence >= 0.8 else "high"
        if self.label in _SIDE or confidence < 0.6:
            return "low"
        return "high" if confidence >= 0.9 else "medium"

    def to_json(self) -> dict[str, Any]:
        """Every field, for storage."""
        said = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        lists = {name: list(said[name]) for name in ("labels", "session_ids", "history")}
        return {**said, **lists, "representative": self.representative.to_json()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read `to_json` back; fields of a later version are passed over."""
        known = {spec.name for spec in fields(cls)}
        said = {name: value for name, value in stored.items() if name in known}
        lists = {name: tuple(said[name]) for name in ("labels", "session_ids", "history")}
        return cls(**{**said, **lists, "representative": Occurrence.from_json(said["representative"])})


def opened(workspace_id: str, project_id: str, fault: Fault, occurrence: Occurrence, now: str) -> Incident:
    """A new incident, of its first run."""
    made = Incident(
        workspace_id=workspace_id,
        project_id=project_id,
        id=fault.incident_id(workspace_id, project_id),
        label=fault.label,
        agent=fault.agent,
        signature=fault.signature,
        fingerprint=fault.fingerprint,
        created_at=now,
        updated_at=now,
        representative=occurrence,
        labels=fault.labels,
        first_seen=occurrence.seen_at,
        last_seen=occurrence.seen_at,
        session_ids=(occurrence.trace_id,),
    )
    return noted(made, now, "system", "opened", trace_id=occurrence.trace_id)


def joined(incident: Incident, occurrence: Occurrence, before: Occurrence | None, now: str) -> Incident:
    """The incident with a run more, or with what is said of a run that was in it (`before`) replaced.

    The incident itself when nothing changes. A run that came in after the incident was closed reopens it.
    """
    if occurrence == before:
        return incident
    surer = incident.representative.trace_id == occurrence.trace_id or (
        occurrence.confidence > incident.representative.confidence
    )
    others = tuple(each for each in incident.session_ids if each != occurrence.trace_id)
    after = replace(
        incident,
        representative=occurrence if surer else incident.representative,
        labels=tuple(dict.fromkeys((*incident.labels, *occurrence.labels))),
        first_seen=min(incident.first_seen, occurrence.seen_at, key=times.sortable),
        last_seen=max(incident.last_seen, occurrence.seen_at, key=times.sortable),
        session_count=incident.session_count + (before is None),
        session_ids=(occurrence.trace_id, *others)[:MAX_SESSIONS] if before is None else incident.session_ids,
        updated_at=now,
        version=incident.version + 1,
    )
    if before is None and incident.closed_at is not None and _later(occurrence.seen_at, incident.closed_at):
        again = replace(after, status="new", reopened=incident.reopened + 1, closed_at=None)
        said = {"from": incident.status, "to": "new", "trace_id": occurrence.trace_id}
        return noted(again, now, "system", "reopened", **said)
    return after


def _later(moment: str, than: str) -> bool:
    return times.sortable(moment) > times.sortable(than)


def left(incident: Incident, occurrence: Occurrence, others: Sequence[Occurrence], now: str) -> Incident | None:
    """The incident without a run; None when that was its last. `others` are runs that stay, to take its place."""
    if incident.session_count <= 1 or not others:
        return None
    shown = incident.representative
    if shown.trace_id == occurrence.trace_id:
        shown = max(others, key=lambda each: (each.confidence, each.seen_at, each.trace_id))
    known = tuple(each for each in incident.session_ids if each != occurrence.trace_id)
    return replace(
        incident,
        representative=shown,
        session_count=incident.session_count - 1,
        session_ids=known or tuple(each.trace_id for each in others)[:MAX_SESSIONS],
        updated_at=now,
        version=incident.version + 1,
    )


def changed(incident: Incident, by: str, now: str, reason: str | None = None, **wanted: str | None) -> Incident:
    """The incident after a person set its `status` or `owner_id`; the incident itself when nothing changes.

    Raises `Conflict` for a status that cannot follow the present one.
    """
    after = incident
    status = wanted.get("status") or incident.status
    if status != incident.status:
        if status not in MOVES[incident.status]:
            allowed = ", ".join(each for each in STATUSES if each in MOVES[incident.status])
            raise Conflict(f"an incident that is {incident.status} can become {allowed}; not {status}", field="status")
        after = replace(after, status=status, closed_at=now if status in CLOSED else None)
        said = {"from": incident.status, "to": status, **({"reason": reason} if reason else {})}
        after = noted(after, now, by, "status_changed", **said)
    owner = wanted.get("owner_id", incident.owner_id)
    if owner != incident.owner_id:
        after = replace(after, owner_id=owner)
        after = noted(after, now, by, "owner_changed", **{"from": incident.owner_id, "to": owner})
    if after is incident:
        return incident
    return replace(after, updated_at=now, version=incident.version + 1)


def noted(incident: Incident, at: str, by: str, action: str, **said: Any) -> Incident:
    """The incident with an entry more in its trail; its version does not rise."""
    entry = {"at": at, "by": by, "action": action, **said}
    return replace(incident, history=(*incident.history, entry)[-MAX_HISTORY:])
