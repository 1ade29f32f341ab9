"""GET /api/incidents/{incident_id}/regression-runs — list an incident's regression runs, newest first."""

from typing import Annotated, TypedDict

from pydantic import Field

from api.regression_runs import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import regressions
from wakeline.wiring import replay


class RegressionList(TypedDict):
    """A page of runs."""

    regression_runs: list[_models.RegressionJson]
    limit: int
    next_cursor: str | None


@endpoint("GET /api/incidents/{incident_id}/regression-runs", scope="traces:read", errors=(404,))
def list_regression_runs(
    caller: Caller,
    incident_id: str,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> RegressionList:
    """The runs of one incident with their rows."""
    found, behind = regressions.page(replay.regression_stores(), caller, incident_id, cursor, limit)
    return {
        "regression_runs": [_models.regression_json(run) for run in found],
        "limit": limit,
        "next_cursor": behind,
    }


handler = lambda_entry(list_regression_runs)
