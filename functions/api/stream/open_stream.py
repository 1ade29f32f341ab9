"""GET /api/stream — watch a workspace live, from any number of its feed on."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Invalid
from wakeline.domain.ids import Id
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.sse import sse_entry
from wakeline.services.stream import Reader, View


@endpoint("GET /api/stream", scope="traces:read", media="text/event-stream")
def open_stream(
    caller: Caller,
    request: Request,
    project_id: Id | None = None,
    session_id: Id | None = None,
    after_seq: Annotated[int | None, Field(ge=0, lt=10**15)] = None,
) -> Reader:
    """Begin behind `Last-Event-ID`, else behind `after_seq`, else now; a browser that comes back sends both."""
    last_event_id = request.headers.get("last-event-id", "").strip()
    if last_event_id and not (last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) <= 15):
        raise Invalid("Last-Event-ID must be a number of the feed", field="Last-Event-ID")
    after = int(last_event_id) if last_event_id else after_seq
    view = View(caller.workspace_id, caller.narrowed(project_id), session_id)
    return Reader(wiring.feed(), wiring.ledger(), wiring.env(), view, after, wiring.recent())


app = sse_entry(open_stream)
