"""PATCH /api/incidents/{incident_id} — set an incident's status or owner."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Label
from wakeline.domain.views.incident import ShownIncident, shown
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import incidents
from wakeline.wiring import govern, understanding


class IncidentChange(BaseModel):
    """What to set; a field that is absent stays as it is. `owner_id: null` leaves the incident to nobody."""

    model_config = ConfigDict(extra="forbid", strict=True)

    status: Literal["new", "triaged", "fixing", "verified", "ignored"] | None = None
    owner_id: Annotated[
        Annotated[Label, StringConstraints(max_length=256)] | None,
        Field(validation_alias=AliasChoices("owner_id", "owner")),
    ] = None
    reason: Annotated[str, StringConstraints(max_length=2000)] | None = None


@endpoint("PATCH /api/incidents/{incident_id}", scope="incidents:write")
def update_incident(caller: Caller, incident_id: str, body: IncidentChange) -> ShownIncident:
    """Move the incident on, and show it. 409 for a status that cannot follow the present one."""
    wanted = {name: getattr(body, name) for name in body.model_fields_set - {"reason"}}
    changed = incidents.update(
        understanding.incidents(), wiring.env(), govern.audit_log(), caller, incident_id, body.reason, **wanted
    )
    return shown(changed)


handler = lambda_entry(update_incident)
