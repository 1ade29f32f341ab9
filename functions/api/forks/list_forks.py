"""GET /api/v1/forks — list forks, newest first."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from api.forks import _models
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import forks
from wakeline.wiring import replay


class ForkList(TypedDict):
    """A page of forks; `pagination` has total, total_exact, limit and next_cursor."""

    data: list[_models.ForkJson]
    pagination: dict[str, Any]


@endpoint("GET /api/v1/forks", scope="traces:read")
def list_forks(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: str | None = None,
    trace_id: str | None = None,
) -> ForkList:
    """Forks, of one trace if that is asked for, without what they change."""
    page = forks.page(replay.forks(), caller, trace_id, cursor, limit)
    return {
        "data": [_models.fork_json(fork) for fork in page.forks],
        "pagination": {
            "total": page.total,
            "total_exact": page.total_exact,
            "limit": limit,
            "next_cursor": page.next_cursor,
        },
    }


handler = lambda_entry(list_forks)
