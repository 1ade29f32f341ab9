"""POST /api/v1/skills — create a skill."""

from api.skills import _models
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import skills
from wakeline.wiring import find, govern


@endpoint("POST /api/v1/skills", scope="skills:write", status=201, also=(200,))
def create_skill(caller: Caller, body: _models.SkillBody) -> Reply:
    """201 with the skill, version 1."""
    facts = {
        "name": body.name,
        "description": body.description,
        "tags": tuple(dict.fromkeys(body.tags)),
        "scope": body.scope,
        "is_public": body.is_public,
    }
    log = govern.audit_log()
    skill = skills.create(find.skills(), wiring.env(), log, caller, facts, body.definition, body.project_id)
    return Reply(skill.to_json(), 201, _models.etag(skill.version))


handler = lambda_entry(create_skill)
