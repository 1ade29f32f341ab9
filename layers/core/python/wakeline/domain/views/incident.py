"""An incident as the API shows it."""

from typing import Any, TypedDict

from wakeline.domain.incidents.incident import Incident


class IncidentView(TypedDict):
    """Times are RFC 3339, UTC; `first_seen` and `last_seen` are when runs came in. `session_ids` are the newest 100."""

    id: str
    workspace_id: str
    project_id: str
    title: str
    label: str
    labels: list[str]
    agent: str
    signature: str
    fingerprint: str
    severity: str
    status: str
    regression: bool
    reopened_count: int
    confidence: float
    critical_step_seq: int
    evidence_refs: list[int]
    root_cause: str
    representative_session_id: str
    representative_trace_id: str
    session_ids: list[str]
    session_count: int
    count: int
    first_seen: str
    last_seen: str
    owner_id: str | None
    owner: str | None
    pr_url: str | None
    history: list[dict[str, Any]]
    created_at: str
    updated_at: str


class ShownIncident(IncidentView):
    """One incident by itself: its fields, and once more as `incident`, as clients of either habit read it."""

    incident: IncidentView


def shown(incident: Incident) -> ShownIncident:
    """One incident by itself."""
    view = incident_view(incident)
    return {**view, "incident": view}


def incident_view(incident: Incident) -> IncidentView:
    """Every field of an incident."""
    shown = incident.representative
    return {
        "id": incident.id,
        "workspace_id": incident.workspace_id,
        "project_id": incident.project_id,
        "title": incident.title,
        "label": incident.label,
        "labels": list(incident.labels),
        "agent": incident.agent,
        "signature": incident.signature,
        "fingerprint": incident.fingerprint,
        "severity": incident.severity,
        "status": incident.status,
        "regression": incident.reopened > 0,
        "reopened_count": incident.reopened,
        "confidence": shown.confidence,
        "critical_step_seq": shown.critical_step_seq,
        "evidence_refs": list(shown.evidence_refs),
        "root_cause": shown.root_cause,
        "representative_session_id": shown.trace_id,
        "representative_trace_id": shown.trace_id,
        "session_ids": list(incident.session_ids),
        "session_count": incident.session_count,
        "count": incident.session_count,
        "first_seen": incident.first_seen,
        "last_seen": incident.last_seen,
        "owner_id": incident.owner_id,
        "owner": incident.owner_id,
        "pr_url": incident.pr_url,
        "history": list(incident.history),
        "created_at": incident.created_at,
        "updated_at": incident.updated_at,
    }
