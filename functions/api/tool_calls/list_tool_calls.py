"""GET /api/tool-calls — list tool calls of a session, or of all."""

from typing import Annotated, cast

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.views.tool_calls import ToolCalls, ToolCallView
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.session_items import ItemQuery, PageView, list_items


class ToolCallPage(PageView):
    """A page of them."""

    tool_calls: list[ToolCallView]


@endpoint("GET /api/tool-calls", scope="traces:read")
def list_tool_calls(
    caller: Caller,
    session_id: str | None = None,
    project_id: Id | None = None,
    tool_name: str | None = None,
    limit: Annotated[int, Field(ge=1, le=1000)] = 50,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
) -> ToolCallPage:
    """Tool calls with their results in ledger order, newest session first."""
    filters = {"tool_name": tool_name} if tool_name else {}
    query = ItemQuery("tool-calls", filters, session_id, project_id, limit, offset, cursor)
    page = list_items(
        wiring.ledger(), wiring.index(), caller, query, lambda trace_id, room: ToolCalls(trace_id, room, tool_name)
    )
    return cast(ToolCallPage, page.to_json("tool_calls"))


handler = lambda_entry(list_tool_calls)
