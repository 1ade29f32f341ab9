"""GET /api/v1/traces — list traces, newest first."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.trace_filter import TraceFilter, since_and_until
from wakeline.domain.views.trace import TraceView, trace_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.listing import TraceQuery
from wakeline.services.listing import list_traces as list_page
from wakeline.services.session_items import PageView

Word = Annotated[str | None, Field(max_length=1024)]
Status = Literal["running", "completed", "failed", "stale"]
Outcome = Literal["pending", "in_progress", "executed", "blocked", "denied", "completed_with_approval", "expired"]


class TracePage(TypedDict):
    """A page of traces."""

    data: list[TraceView]
    pagination: PageView


@endpoint("GET /api/v1/traces", scope="traces:read")
def list_traces(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
    status: Status | None = None,
    agent_id: Word = None,
    outcome: Outcome | None = None,
    project_id: Word = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> TracePage:
    """Traces that started between `from` and `to`, both included. `next_cursor` is the fast way on."""
    now = wiring.env().now()
    since, until = since_and_until(None, from_, to)
    wanted = TraceFilter(status=status, agent_id=agent_id, outcome=outcome, started_from=since, started_to=until)
    query = TraceQuery(wanted, project_id, limit, offset, cursor)
    page = list_page(wiring.ledger(), wiring.index(), caller, query, now)
    return {
        "data": [trace_view(trace, now) for trace in page.traces],
        "pagination": {
            "total": page.total,
            "limit": page.limit,
            "offset": page.offset,
            "next_cursor": page.next_cursor,
            "total_exact": page.total_exact,
        },
    }


handler = lambda_entry(list_traces)
