"""GET /api/stats — show what today, or the days asked for, and all days amount to."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tokens
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import active_sessions, question
from wakeline.wiring import stats


class Stats(TypedDict):
    """`today` is the days asked for, when some are: `period_label` says which."""

    period_label: Literal["today", "filtered"]
    today: tokens.Totals
    total: tokens.Totals
    active_sessions: int


@endpoint("GET /api/stats", scope="traces:read")
def get_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> Stats:
    """Sessions, tool calls, tokens and cost; `total` is of all days of the project asked for."""
    asked = question(caller, project, project_id, from_, to)
    reader = stats.reader(caller, asked)
    today = reader.today.isoformat()
    counts = reader.counts() if asked.dated else reader.by_day([today]).get(today, {})
    return {
        "period_label": "filtered" if asked.dated else "today",
        "today": tokens.totals(counts, reader.overrides),
        "total": tokens.totals(reader.ever(), reader.overrides),
        "active_sessions": active_sessions(wiring.ledger(), wiring.index(), caller, asked, wiring.env().now()),
    }


handler = lambda_entry(get_stats)
