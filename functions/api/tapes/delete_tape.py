"""DELETE /api/v1/tapes/{slug} — unpublish a tape."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import tapes
from wakeline.wiring import govern, replay


@endpoint("DELETE /api/v1/tapes/{slug}", scope="traces:write", status=204, errors=(404,))
def delete_tape(caller: Caller, slug: str) -> Reply:
    """From now on the slug is unknown; a cache may still show the tape for a minute."""
    tapes.unpublish(replay.tapes(), govern.audit_log(), caller, slug)
    return Reply(status=204)


handler = lambda_entry(delete_tape)
