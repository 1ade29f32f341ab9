"""GET /api/stats/tools — show how often each tool was called, and how it fared."""

from typing import Annotated, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


class ToolStats(TypedDict):
    tools: list[tools.Tool]


@endpoint("GET /api/stats/tools", scope="traces:read")
def get_tool_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> ToolStats:
    """Tools, the one called most first."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return {"tools": tools.tools(reader.counts())}


handler = lambda_entry(get_tool_stats)
