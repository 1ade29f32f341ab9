"""GET /api/v1/skills — list skills, newest first."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from wakeline.domain.caller import Caller
from wakeline.domain.skills import SkillJson, SkillScope
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import skills
from wakeline.wiring import find

Word = Annotated[str | None, Field(max_length=1024)]


class SkillList(TypedDict):
    """A page of skills in their latest versions; `pagination` has total, limit, offset, next_cursor, total_exact."""

    data: list[SkillJson]
    pagination: dict[str, Any]


@endpoint("GET /api/v1/skills", scope="traces:read")
def list_skills(
    caller: Caller,
    request: Request,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    offset: Annotated[int, Field(ge=0, le=10_000)] = 0,
    cursor: str | None = None,
    scope: SkillScope | None = None,
    tags: Word = None,
    search: Word = None,
    is_public: bool | None = None,
    project_id: Word = None,
) -> SkillList:
    """Skills that fit all filters. `tags` are separated by commas, or `tags` comes several times; all must be there."""
    given = [*request.query.get("tags", []), *request.query.get("tag", [])] if tags or "tag" in request.query else []
    named = tuple(dict.fromkeys(tag.strip() for each in given for tag in each.split(",") if tag.strip()))
    wanted = skills.Wanted(scope, named, search, is_public, project_id)
    page = skills.page(find.skills(), caller, wanted, limit, offset, cursor)
    return {
        "data": [skill.to_json() for skill in page.skills],
        "pagination": {
            "total": page.total,
            "limit": limit,
            "offset": offset,
            "next_cursor": page.next_cursor,
            "total_exact": page.total_exact,
        },
    }


handler = lambda_entry(list_skills)
