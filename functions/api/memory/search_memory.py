"""POST /api/v1/memory/search — find memories by what is meant."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.memory import Category, Scope
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import memory_search
from wakeline.services.memories import Wanted
from wakeline.services.span_search import Mode
from wakeline.wiring import find


class MemoryQuery(BaseModel):
    """What is looked for. `mode` is hybrid, text (words only) or vector (meaning only)."""

    model_config = ConfigDict(extra="ignore", strict=True)

    query: Annotated[str, StringConstraints(min_length=1, max_length=8000, strip_whitespace=True)]
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    mode: Mode = "hybrid"
    scope: Scope | None = None
    category: Category | None = None
    session_id: Id | None = None
    project_id: Id | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None


@endpoint("POST /api/v1/memory/search", scope="traces:read")
def search_memory(caller: Caller, body: MemoryQuery) -> memory_search.MemoriesFound:
    """Memories near to the query, best first, each with its similarity, 0 to 1."""
    wanted = Wanted(
        scope=body.scope,
        category=body.category,
        project_id=body.project_id,
        session_id=body.session_id,
        min_confidence=body.min_confidence,
    )
    return memory_search.search(
        find.memories(),
        wiring.ledger(),
        find.ranker(),
        find.embedder(),
        wiring.env(),
        caller,
        body.query,
        wanted,
        body.limit,
        body.mode,
    )


handler = lambda_entry(search_memory)
