"""GET /api/stats/skills — show how often each skill was used."""

from typing import Annotated, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.stats import tools
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.stats import question
from wakeline.wiring import stats


class SkillStats(TypedDict):
    skills: list[tools.Named]


@endpoint("GET /api/stats/skills", scope="traces:read")
def get_skill_stats(
    caller: Caller,
    project: str | None = None,
    project_id: Id | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> SkillStats:
    """Skills, the one used most first."""
    reader = stats.reader(caller, question(caller, project, project_id, from_, to))
    return {"skills": tools.skills(reader.counts())}


handler = lambda_entry(get_skill_stats)
