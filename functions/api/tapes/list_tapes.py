"""GET /api/v1/tapes — list the tapes that were published."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from api.tapes import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import tapes
from wakeline.wiring import replay


class TapeList(TypedDict):
    """A page of tapes; `pagination` has limit and next_cursor."""

    data: list[_models.TapeJson]
    pagination: dict[str, Any]


@endpoint("GET /api/v1/tapes", scope="traces:read")
def list_tapes(
    caller: Caller,
    request: Request,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> TapeList:
    """The workspace's tapes, newest first, expired ones too until they are unpublished."""
    found, behind = tapes.page(replay.tapes(), caller, cursor, limit)
    return {
        "data": [_models.tape_json(tape, request) for tape in found],
        "pagination": {"limit": limit, "next_cursor": behind},
    }


handler = lambda_entry(list_tapes)
