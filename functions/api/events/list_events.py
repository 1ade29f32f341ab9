"""GET /api/traces/{trace_id}/events — read a trace's events in ledger order."""

from typing import Annotated, TypedDict, cast

from pydantic import Field

from wakeline import wiring
from wakeline.domain import cursor as cursors
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Invalid
from wakeline.domain.views.trace import EventView, event_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import ledger, pages, seqs, traces


class Place(cursors.Position):
    """Where the next page begins."""

    index: Annotated[int, Field(ge=0)]


class EventPage(TypedDict):
    """A page of events."""

    events: list[EventView]
    next_cursor: str | None


@endpoint("GET /api/traces/{trace_id}/events", scope="traces:read")
def list_events(
    caller: Caller,
    trace_id: str,
    after_seq: Annotated[int | None, Field(ge=-1)] = None,
    from_index: Annotated[int | None, Field(ge=0)] = None,
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000,
    type: Annotated[str | None, Field(max_length=128)] = None,
    cursor: str | None = None,
) -> EventPage:
    """Events in ledger order, which client clocks never change, from the start, behind a seq or from an index. A page
    is bounded in bytes: go on while there is a next_cursor.
    """
    if from_index is not None and after_seq is not None:
        raise Invalid("from_index: not beside after_seq; each says where to begin", field="from_index")
    store = wiring.ledger()
    trace = traces.require(store, caller, trace_id)
    binding = cursors.binding_of(trace.workspace_id, trace.id, "events", type)
    if cursor is not None:
        start = cursors.read(cursor, Place, binding).index
    else:
        start = from_index or 0 if after_seq is None else seqs.index_after(store, trace, after_seq)
    page = pages.event_page(
        ledger.read_events(store, trace, start), lambda event: event_view(event, trace.id), limit, type
    )
    following = None if page.next_index is None else cursors.spell(Place(index=page.next_index), binding)
    return {"events": cast(list[EventView], page.events), "next_cursor": following}


handler = lambda_entry(list_events)
