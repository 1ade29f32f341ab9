"""GET /api/stats/errors — show what goes wrong, how often, and lately."""

from typing import Annotated

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.rollups.walk import ERROR
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import TREND_DAYS, question
from wakeline.wiring import stats


@endpoint("GET /api/stats/errors", scope="traces:read")
def get_error_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> tools.Errors:
    """Errors in all, by tool and by pattern, with a trend over the days asked for, or else the last 30."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    days = reader.days(TREND_DAYS)
    return tools.errors(reader.counts(), reader.counts(ERROR), days, reader.by_day(days))


handler = lambda_entry(get_error_stats)
