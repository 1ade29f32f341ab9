"""GET /api/stats/daily — show sessions, tokens and cost day by day."""

from typing import Annotated, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tokens
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import MAX_DAYS, question
from wakeline.wiring import stats


class DailyStats(TypedDict):
    days: list[tokens.Day]


@endpoint("GET /api/stats/daily", scope="traces:read")
def get_daily_stats(
    caller: Caller,
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 90,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> DailyStats:
    """Every day of the last `days`, today included, or from `from` to `to`; zeros included. Days are UTC."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    shown = reader.days(days)
    return {"days": tokens.daily(shown, reader.by_day(shown), reader.overrides)}


handler = lambda_entry(get_daily_stats)
