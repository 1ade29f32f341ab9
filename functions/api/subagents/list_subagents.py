"""GET /api/subagents — list sub-agents of a session, or of all."""

from typing import Annotated, cast

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.views.subagents import Subagents, SubagentView
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.session_items import ItemQuery, PageView, list_items


class SubagentPage(PageView):
    """A page of them."""

    subagents: list[SubagentView]


@endpoint("GET /api/subagents", scope="traces:read")
def list_subagents(
    caller: Caller,
    session_id: str | None = None,
    project_id: Id | None = None,
    limit: Annotated[int, Field(ge=1, le=1000)] = 50,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
) -> SubagentPage:
    """Sub-agents in ledger order, newest session first."""
    query = ItemQuery("subagents", {}, session_id, project_id, limit, offset, cursor)
    page = list_items(wiring.ledger(), wiring.index(), caller, query, Subagents)
    return cast(SubagentPage, page.to_json("subagents"))


handler = lambda_entry(list_subagents)
