"""GET /api/v1/approvals — requests that wait or were decided, newest first."""

from typing import Annotated

from pydantic import Field

from api.approvals._models import ApprovalList
from wakeline.domain.approvals import ApprovalStatus
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import approvals
from wakeline.wiring import govern


@endpoint("GET /api/v1/approvals", scope="approvals:read")
def list_approvals(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
    status: ApprovalStatus | None = None,
    agent_id: Annotated[str | None, Field(max_length=128)] = None,
) -> ApprovalList:
    """All of them, or those of a status or an agent. `next_cursor` is the fast way on."""
    query = approvals.ApprovalQuery(status, agent_id, limit, offset, cursor)
    page = approvals.listed(govern.governed(), caller, query)
    return {
        "data": [approval.to_json() for approval in page.approvals],
        "pagination": {
            "total": page.total,
            "limit": limit,
            "offset": offset,
            "next_cursor": page.next_cursor,
            "total_exact": page.total_exact,
        },
    }


handler = lambda_entry(list_approvals)
