"""GET /api/stats/projects — show the sessions, tokens and cost of each project."""

from typing import Annotated, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tokens
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


class ProjectStats(TypedDict):
    projects: list[tokens.Project]


@endpoint("GET /api/stats/projects", scope="traces:read")
def get_project_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> ProjectStats:
    """Projects, the one with most tokens first."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return {"projects": tokens.projects(reader.counts(), reader.overrides)}


handler = lambda_entry(get_project_stats)
