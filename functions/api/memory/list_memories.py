"""GET /api/v1/memory — list memories, last changed first."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.memory import Category, MemoryJson, Scope
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import memories
from wakeline.wiring import find

Word = Annotated[str | None, Field(max_length=256)]


class MemoryList(TypedDict):
    """A page of memories; `pagination` has total, limit, offset, next_cursor and total_exact."""

    data: list[MemoryJson]
    pagination: dict[str, Any]


@endpoint("GET /api/v1/memory", scope="traces:read")
def list_memories(
    caller: Caller,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    offset: Annotated[int, Field(ge=0, le=10_000)] = 0,
    cursor: str | None = None,
    scope: Scope | None = None,
    category: Category | None = None,
    project_id: Word = None,
    session_id: Word = None,
    key: Word = None,
    min_confidence: Annotated[float | None, Field(ge=0, le=1)] = None,
) -> MemoryList:
    """Memories that fit all filters, without their histories."""
    wanted = memories.Wanted(scope, category, project_id, session_id, key, min_confidence)
    page = memories.page(find.memories(), wiring.ledger(), wiring.env(), caller, wanted, limit, offset, cursor)
    return {
        "data": [memory.to_json() for memory in page.memories],
        "pagination": {
            "total": page.total,
            "limit": limit,
            "offset": offset,
            "next_cursor": page.next_cursor,
            "total_exact": page.total_exact,
        },
    }


handler = lambda_entry(list_memories)
