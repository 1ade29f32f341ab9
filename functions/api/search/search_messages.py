"""GET /api/search — find messages by words."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.search.where import Where
from wakeline.domain.trace_filter import since_and_until
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import search
from wakeline.wiring import find

Word = Annotated[str | None, Field(max_length=128)]


@endpoint("GET /api/search", scope="traces:read")
def search_messages(
    caller: Caller,
    q: Annotated[str, Field(min_length=1, max_length=2000)],
    limit: Annotated[int, Field(ge=1, le=1000)] = 50,
    offset: Annotated[int, Field(ge=0, le=search.MAX_OFFSET)] = 0,
    cursor: str | None = None,
    session_id: Word = None,
    project_id: Word = None,
    type: Literal["user", "assistant"] | None = None,
    role: Literal["user", "assistant"] | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
) -> search.MessagesFound:
    """Messages that fit `q`, best first: words, "phrases", beginnings*, AND, OR, NOT. Nothing typed is an error."""
    since, until = since_and_until(None, from_, to)
    where = Where(
        project_id=project_id,
        trace_id=session_id,
        role=type or role,
        since=times.sortable(since) if since else None,
        until=times.sortable(until) if until else None,
    )
    return search.messages(find.search_index(), caller, q, where, limit, offset, cursor)


handler = lambda_entry(search_messages)
