"""GET /api/incidents/{incident_id}/regression-runs/{run_id} — how a regression run came out."""

from api.regression_runs import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import regressions
from wakeline.wiring import replay


@endpoint("GET /api/incidents/{incident_id}/regression-runs/{run_id}", scope="traces:read", errors=(404,))
def get_regression_run(caller: Caller, incident_id: str, run_id: str) -> _models.RegressionJson:
    """The run with a row for each session: before, after, and why."""
    return _models.regression_json(regressions.require(replay.regression_stores(), caller, incident_id, run_id))


handler = lambda_entry(get_regression_run)
