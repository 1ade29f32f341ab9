"""POST /api/traces/{trace_id}/analyze — run the detectors on a trace now."""

from api.analysis._models import Answer
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.views.analysis import analysis_view
from wakeline.domain.views.incident import incident_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import analyses
from wakeline.wiring import understanding


@endpoint("POST /api/traces/{trace_id}/analyze", scope="traces:write")
def analyze_trace(caller: Caller, trace_id: str) -> Answer:
    """Analyse the trace as far as it goes, store that, and show it with its incidents. Same events, same answer."""
    done = analyses.analyse(understanding.stores(), wiring.env(), caller, trace_id)
    return {
        "analysis": analysis_view(done.analysis),
        "incidents": [incident_view(incident) for incident in done.incidents],
    }


handler = lambda_entry(analyze_trace)
