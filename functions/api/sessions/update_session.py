"""PATCH /api/sessions/{session_id} — set a session's notes and tags."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Tag
from wakeline.domain.views.session import SessionView, session_view
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import sessions
from wakeline.wiring import govern, understanding


class SessionChange(BaseModel):
    """What to set; a field that is absent stays as it is. `notes: null` clears the notes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    notes: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] = []


@endpoint("PATCH /api/sessions/{session_id}", scope="traces:write")
def update_session(caller: Caller, session_id: str, body: SessionChange) -> SessionView:
    """Set notes and tags, and show the session. Tags are kept in the order given, each once."""
    env = wiring.env()
    changed = {name: getattr(body, name) for name in body.model_fields_set}
    trace = sessions.update(wiring.ledger(), env, govern.audit_log(), caller, session_id, **changed)
    labels = understanding.analyses().labels(trace.workspace_id, [trace.id]).get(trace.id, ())
    return session_view(trace, env.now(), labels)


handler = lambda_entry(update_session)
