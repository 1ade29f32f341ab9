"""POST /api/incidents/{incident_id}/regression-runs — try whether a change mends an incident and breaks nothing."""

from api.regression_runs import _models
from wakeline.domain.caller import Caller
from wakeline.domain.replay import read_substitutions
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import regressions
from wakeline.wiring import govern, replay


@endpoint("POST /api/incidents/{incident_id}/regression-runs", scope="incidents:write", status=202, errors=(404,))
def create_regression_run(caller: Caller, incident_id: str, body: _models.RegressionBody) -> _models.RegressionAnswer:
    """Replay the incident's sessions, and some that went well, with the change in; judge each before and after."""
    given = body.substitutions
    changes = None if given is None else read_substitutions([one.model_dump() for one in given])
    run = regressions.request(
        replay.regression_stores(), govern.audit_log(), caller, incident_id, changes, body.engine, body.pr_url
    )
    return {"regression_run": _models.regression_json(run)}


handler = lambda_entry(create_regression_run)
