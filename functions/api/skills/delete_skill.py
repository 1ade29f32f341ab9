"""DELETE /api/v1/skills/{skill_id} — delete a skill with all of its versions."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import skills
from wakeline.wiring import find, govern


@endpoint("DELETE /api/v1/skills/{skill_id}", scope="skills:write", status=204)
def delete_skill(caller: Caller, skill_id: str) -> Reply:
    """204."""
    skills.delete(find.skills(), govern.audit_log(), caller, skill_id)
    return Reply(status=204)


handler = lambda_entry(delete_skill)
