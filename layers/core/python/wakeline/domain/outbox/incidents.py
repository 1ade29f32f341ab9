"""What the event bus is told of incidents, derived from two states of one."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline.domain.incidents.incident import Incident

from .base import BusEvent, event_id


class IncidentEvent(BusEvent):
    """What every event of an incident says: what it is by then. Never what was said in a run."""

    project_id: str
    incident_id: str
    trace_id: Annotated[str, Field(description="The run that represents the incident.")]
    label: str
    labels: list[str]
    agent: str
    severity: Literal["low", "medium", "high", "critical"]
    status: Literal["new", "triaged", "fixing", "verified", "ignored"]
    regression: Annotated[bool, Field(description="Whether it came back after it had been verified or ignored.")]
    session_count: int
    owner_id: str | None = None
    pr_url: str | None = None


class IncidentCreated(IncidentEvent):
    """Runs failed of a cause that was not seen before."""

    type: Literal["incident.created"] = "incident.created"


class IncidentUpdated(IncidentEvent):
    """An incident's status, severity, owner or pull request changed. That a further run has it is no event."""

    type: Literal["incident.updated"] = "incident.updated"
    changed: Annotated[list[str], Field(description="Of status, severity, owner_id, pr_url.")]
    previous_status: str
    reopened: Annotated[bool, Field(description="Whether this change is its coming back.")]


EVENTS: tuple[type[IncidentEvent], ...] = (IncidentCreated, IncidentUpdated)

_TOLD = ("status", "severity", "owner_id", "pr_url")


def events_of(old: Incident | None, new: Incident) -> list[BusEvent]:
    """The events that an incident's change from `old` (None: it was not there) to `new` amounts to."""
    if old is None:
        return [IncidentCreated(**_said("incident.created", new))]
    changed = [name for name in _TOLD if getattr(old, name) != getattr(new, name)]
    if not changed:
        return []
    return [
        IncidentUpdated(
            **_said("incident.updated", new),
            changed=changed,
            previous_status=old.status,
            reopened=new.reopened > old.reopened,
        )
    ]


def _said(kind: str, incident: Incident) -> dict[str, object]:
    named = (kind, incident.workspace_id, incident.id, incident.created_at, str(incident.version))
    return {
        "id": event_id(*named),
        "occurred_at": incident.updated_at,
        "workspace_id": incident.workspace_id,
        "project_id": incident.project_id,
        "incident_id": incident.id,
        "trace_id": incident.representative.trace_id,
        "label": incident.label,
        "labels": list(incident.labels),
        "agent": incident.agent,
        "severity": incident.severity,
        "status": incident.status,
        "regression": incident.reopened > 0,
        "session_count": incident.session_count,
        "owner_id": incident.owner_id,
        "pr_url": incident.pr_url,
    }
