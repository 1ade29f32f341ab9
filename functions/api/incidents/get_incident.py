"""GET /api/incidents/{incident_id} — show one incident."""

from wakeline.domain.caller import Caller
from wakeline.domain.views.incident import ShownIncident, shown
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import incidents
from wakeline.wiring import understanding


@endpoint("GET /api/incidents/{incident_id}", scope="traces:read")
def get_incident(caller: Caller, incident_id: str) -> ShownIncident:
    """What it is, whom it befell and what people did about it."""
    return shown(incidents.get(understanding.incidents(), caller, incident_id))


handler = lambda_entry(get_incident)
