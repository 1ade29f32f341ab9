"""GET /api/traces/{trace_id}/analysis — the stored analysis of a trace."""

from api.analysis._models import Stored
from wakeline.domain.caller import Caller
from wakeline.domain.views.analysis import analysis_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import analyses
from wakeline.wiring import understanding


@endpoint("GET /api/traces/{trace_id}/analysis", scope="traces:read")
def get_analysis(caller: Caller, trace_id: str) -> Stored:
    """`analysis` is null before the first. Its `head_hash` says which record it speaks of."""
    found = analyses.stored(understanding.stores(), caller, trace_id)
    return {"analysis": analysis_view(found) if found is not None else None}


handler = lambda_entry(get_analysis)
