"""PATCH /api/v1/skills/{skill_id} — make the next version of a skill."""

from typing import Any

from api.skills import _models
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Invalid
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import skills
from wakeline.wiring import find, govern


@endpoint("PATCH /api/v1/skills/{skill_id}", scope="skills:write")
def update_skill(caller: Caller, request: Request, skill_id: str, body: _models.SkillChange) -> Reply:
    """The skill in its new version. With `If-Match`, 409 unless it is in the version that the header names."""
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if not changes:
        raise Invalid("body: says nothing to change", field="body")
    if "tags" in changes:
        changes["tags"] = tuple(dict.fromkeys(changes["tags"]))
    definition = changes.pop("definition", None)
    expected = _models.versions_of(request.headers.get("if-match"))
    log = govern.audit_log()
    skill = skills.change(find.skills(), wiring.env(), log, caller, skill_id, changes, definition, expected)
    return Reply(skill.to_json(), headers=_models.etag(skill.version))


handler = lambda_entry(update_skill)
