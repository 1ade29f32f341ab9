"""GET /api/incidents — list incidents, last seen first."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.incidents.index import IncidentFilter
from wakeline.domain.views.incident import IncidentView, incident_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import incidents
from wakeline.services.incidents import IncidentQuery
from wakeline.wiring import understanding


class IncidentList(TypedDict):
    """A part of the list. `total_exact` is false where `total` is the count so far."""

    incidents: list[IncidentView]
    total: int
    total_exact: bool
    limit: int
    offset: int
    next_cursor: str | None


@endpoint("GET /api/incidents", scope="traces:read")
def list_incidents(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
    project_id: Id | None = None,
    status: Literal["new", "triaged", "fixing", "verified", "ignored"] | None = None,
    severity: Literal["low", "medium", "high", "critical"] | None = None,
    owner: str | None = None,
    owner_id: str | None = None,
    label: str | None = None,
    q: str | None = None,
) -> IncidentList:
    """Incidents that pass every filter. `label` is any of theirs; `q` looks in title, agent, labels, owner and id."""
    wanted = IncidentFilter(status=status, severity=severity, owner=owner or owner_id, label=label, q=q)
    page = incidents.list_incidents(
        understanding.incidents(), caller, IncidentQuery(wanted, project_id, limit, offset, cursor)
    )
    return {
        "incidents": [incident_view(incident) for incident in page.incidents],
        "total": page.total,
        "total_exact": page.total_exact,
        "limit": limit,
        "offset": offset,
        "next_cursor": page.next_cursor,
    }


handler = lambda_entry(list_incidents)
