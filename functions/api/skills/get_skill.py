"""GET /api/v1/skills/{skill_id} — a skill, in its latest version or in a given one."""

from typing import Annotated

from pydantic import Field

from api.skills import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import skills
from wakeline.wiring import find


@endpoint("GET /api/v1/skills/{skill_id}", scope="traces:read")
def get_skill(caller: Caller, skill_id: str, version: Annotated[int | None, Field(ge=1, le=10**6)] = None) -> Reply:
    """The skill; its ETag is what a change's `If-Match` compares."""
    skill = skills.get(find.skills(), caller, skill_id, version)
    return Reply(skill.to_json(), headers=_models.etag(skill.version))


handler = lambda_entry(get_skill)
