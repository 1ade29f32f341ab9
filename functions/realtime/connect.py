"""Started by a client that opens `/ws` — lets it in, and notes what it wants to see."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.realtime import connect_entry
from wakeline.services import connections
from wakeline.services.stream import View


@endpoint("GET /ws", scope="traces:read")
def connect(
    caller: Caller,
    request: Request,
    project_id: Id | None = None,
    session_id: Id | None = None,
    after_seq: Annotated[int | None, Field(ge=0, lt=10**15)] = None,
) -> None:
    """Store the connection. What it is to be sent first follows from that: the table's stream starts the pusher."""
    view = View(caller.workspace_id, caller.narrowed(project_id), session_id)
    connections.connect(wiring.feed(), wiring.connections(), wiring.env(), request.id, view, after_seq)


handler = connect_entry(connect)
