"""POST /api/v1/tapes — publish a trace as a tape."""

from api.tapes import _models
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import tapes
from wakeline.wiring import govern, replay


@endpoint("POST /api/v1/tapes", scope="traces:write", status=201, errors=(404, 409, 413))
def create_tape(caller: Caller, request: Request, body: _models.TapeBody) -> _models.TapeJson:
    """Copy the trace as it is now, without secrets; whoever has the URL may read the copy."""
    made = tapes.publish(
        replay.tapes(),
        wiring.ledger(),
        govern.audit_log(),
        caller,
        replay.new_slug,
        tapes.Wanted(body.trace_id, body.title, body.expires_in_days),
    )
    return _models.tape_json(made, request)


handler = lambda_entry(create_tape)
