"""GET /api/stats/models — show the tokens and the cost of each model."""

from typing import Annotated, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tokens
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


class ModelStats(TypedDict):
    models: list[tokens.Model]


@endpoint("GET /api/stats/models", scope="traces:read")
def get_model_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> ModelStats:
    """Models, the one with most tokens first. One without a known price costs null."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return {"models": tokens.models(reader.counts(), reader.overrides)}


handler = lambda_entry(get_model_stats)
