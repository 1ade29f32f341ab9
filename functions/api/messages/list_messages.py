"""GET /api/messages — list messages of a session, or of all."""

from typing import Annotated, Literal, cast

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.views.messages import Messages, MessageView
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services.session_items import ItemQuery, PageView, list_items


class MessagePage(PageView):
    """A page of them."""

    messages: list[MessageView]


@endpoint("GET /api/messages", scope="traces:read")
def list_messages(
    caller: Caller,
    session_id: str | None = None,
    project_id: Id | None = None,
    type: Literal["user", "assistant"] | None = None,
    limit: Annotated[int, Field(ge=1, le=1000)] = 50,
    offset: Annotated[int, Field(ge=0)] = 0,
    cursor: str | None = None,
) -> MessagePage:
    """Messages in ledger order, newest session first."""
    filters = {"type": type} if type else {}
    query = ItemQuery("messages", filters, session_id, project_id, limit, offset, cursor)
    page = list_items(
        wiring.ledger(), wiring.index(), caller, query, lambda trace_id, room: Messages(trace_id, room, type)
    )
    return cast(MessagePage, page.to_json("messages"))


handler = lambda_entry(list_messages)
