"""GET /api/tags — list tags, with how many sessions bear each."""

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import tags
from wakeline.services.tags import Tags


@endpoint("GET /api/tags", scope="traces:read")
def list_tags(caller: Caller, project_id: Id | None = None) -> Tags:
    """Tags, the one used most first. `GET /api/sessions?tag=…` lists the sessions of one."""
    return tags.counted(wiring.index(), caller, project_id)


handler = lambda_entry(list_tags)
