"""GET /api/v1/sessions, GET /api/sessions — list sessions, newest first."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.trace_filter import TraceFilter, since_and_until
from wakeline.domain.views.session import SessionView
from wakeline.http.endpoint import Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.listing import TraceQuery, list_traces
from wakeline.services.search import traces_with
from wakeline.services.session_items import PageView
from wakeline.services.sessions import sessions_of
from wakeline.wiring import find, understanding


class SessionPage(PageView):
    """A page of sessions."""

    sessions: list[SessionView]


@endpoint("GET /api/v1/sessions", "GET /api/sessions", scope="traces:read")
def list_sessions(
    caller: Caller,
    request: Request,
    limit: Annotated[int | None, Field(ge=1, le=1000)] = None,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
    since: str | None = None,
    from_: Annotated[str | None, Field(alias="from")] = None,
    to: str | None = None,
    author: str | None = None,
    repo: str | None = None,
    project: str | None = None,
    project_id: Id | None = None,
    agent_id: str | None = None,
    model: str | None = None,
    search: str | None = None,
    status: Literal["running", "completed", "failed", "stale"] | None = None,
    tag: str | None = None,
) -> SessionPage:
    """Sessions that pass every filter. `limit` is 20 where TraceVault's clients ask and 50 elsewhere, at most 1000.

    `search` is a query as in `/api/search`, over messages; a part of a summary, name, folder, author or tag fits too.
    """
    started_from, started_to = since_and_until(since, from_, to)
    wanted = TraceFilter(
        status=status,
        agent_id=agent_id,
        started_from=started_from,
        started_to=started_to,
        author=author,
        repo=repo,
        project=project,
        model=model,
        search=search,
        found=traces_with(find.search_index(), caller, search, project_id) if search else frozenset(),
        tag=tag,
    )
    default = 20 if request.path.startswith("/api/v1/") else 50
    query = TraceQuery(wanted, project_id, limit or default, offset, cursor)
    now = wiring.env().now()
    found = list_traces(wiring.ledger(), wiring.index(), caller, query, now)
    sessions, page = sessions_of(found, now, understanding.analyses(), caller.workspace_id)
    return {
        "sessions": sessions,
        "total": page.total,
        "limit": page.limit,
        "offset": page.offset,
        "next_cursor": page.next_cursor,
        "total_exact": page.total_exact,
    }


handler = lambda_entry(list_sessions)
