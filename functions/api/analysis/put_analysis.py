"""PUT /api/traces/{trace_id}/analysis — store what a service found in a trace, and its incident links."""

from api.analysis._models import AnalysisResult, Answer
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.views.analysis import analysis_view
from wakeline.domain.views.incident import incident_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import analyses
from wakeline.wiring import govern, understanding


@endpoint("PUT /api/traces/{trace_id}/analysis", scope="service", max_body=256 * 1024)
def put_analysis(caller: Caller, trace_id: str, body: AnalysisResult) -> Answer:
    """Replace the stored analysis. Without `incident_ids` the trace stays in the incidents it is in.

    409 when `head_hash` is sent and the trace has gone on since.
    """
    said = body.model_dump(exclude={"head_hash", "incident_ids"})
    said |= {"labels": tuple(body.labels), "detections": tuple(said["detections"])}
    done = analyses.put(
        understanding.stores(),
        wiring.env(),
        govern.audit_log(),
        caller,
        trace_id,
        said,
        body.incident_ids,
        body.head_hash,
    )
    return {
        "analysis": analysis_view(done.analysis),
        "incidents": [incident_view(incident) for incident in done.incidents],
    }


handler = lambda_entry(put_analysis)
