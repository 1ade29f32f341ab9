"""GET /api/sessions/{session_id}/timeline — show what happened in a session, in order."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import sessions
from wakeline.services.sessions import SessionTimeline


@endpoint("GET /api/sessions/{session_id}/timeline", scope="traces:read")
def get_session_timeline(
    caller: Caller,
    session_id: str,
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000,
    cursor: str | None = None,
) -> SessionTimeline:
    """Messages, tool calls, sub-agents and compactions in ledger order, with the session's duration and tokens."""
    return sessions.timeline(wiring.ledger(), wiring.index(), caller, session_id, limit, cursor)


handler = lambda_entry(get_session_timeline)
