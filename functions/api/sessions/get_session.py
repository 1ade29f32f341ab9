"""GET /api/v1/sessions/{session_id}, GET /api/sessions/{session_id} — show a session with what it holds."""

from typing import Annotated

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import sessions
from wakeline.services.sessions import SessionDetail
from wakeline.wiring import understanding


@endpoint("GET /api/v1/sessions/{session_id}", "GET /api/sessions/{session_id}", scope="traces:read")
def get_session(
    caller: Caller, session_id: str, limit: Annotated[int, Field(ge=0, le=sessions.MAX_SHOWN)] = sessions.MAX_SHOWN
) -> SessionDetail:
    """Metadata, messages, tool calls, sub-agents and file changes, at most `limit` of each; `truncated` and `more`
    where that is not all. With a limit of 0 no event is read.
    """
    return sessions.detail(wiring.ledger(), understanding.analyses(), caller, session_id, wiring.env().now(), limit)


handler = lambda_entry(get_session)
