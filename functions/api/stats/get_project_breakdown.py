"""GET /api/stats/project-breakdown — show what a project uses."""

from typing import Annotated

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


@endpoint("GET /api/stats/project-breakdown", scope="traces:read")
def get_project_breakdown(
    caller: Caller,
    project: str,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> tools.Breakdown:
    """Tools, skills, MCP servers and sub-agents of a project."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return tools.breakdown(reader.counts())


handler = lambda_entry(get_project_breakdown)
