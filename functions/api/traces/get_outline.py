"""GET /api/traces/{trace_id}/outline — a trace's events without what makes them long."""

from typing import Annotated, TypedDict, cast

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.views.outline import OutlinedEvent, outlined
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import ledger, pages, traces


class Outline(TypedDict):
    """Events in ledger order; `next_index` is null at the trace's end."""

    events: list[OutlinedEvent]
    next_index: int | None


@endpoint("GET /api/traces/{trace_id}/outline", scope="traces:read")
def get_outline(
    caller: Caller,
    trace_id: str,
    from_index: Annotated[int, Field(ge=0)] = 0,
    limit: Annotated[int, Field(ge=1, le=10_000)] = 5_000,
) -> Outline:
    """What draws a long trace before its content is read: of each event its place, kind, time and span, and of its
    payload what names and measures it. Parts may be read side by side, each from its own `from_index`; a part is
    bounded in bytes and goes on at `next_index`.
    """
    store = wiring.ledger()
    trace = traces.require(store, caller, trace_id)
    page = pages.event_page(ledger.read_events(store, trace, from_index), outlined, limit)
    return {"events": cast(list[OutlinedEvent], page.events), "next_index": page.next_index}


handler = lambda_entry(get_outline)
