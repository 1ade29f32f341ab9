"""GET /api/stats/token-efficiency — show how well caches and tokens were used."""

from typing import Annotated

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tokens
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


@endpoint("GET /api/stats/token-efficiency", scope="traces:read")
def get_token_efficiency(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> tokens.Efficiency:
    """Cache hits and savings, tokens per message and tool call, by model too."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return tokens.efficiency(reader.counts(), reader.overrides)


handler = lambda_entry(get_token_efficiency)
