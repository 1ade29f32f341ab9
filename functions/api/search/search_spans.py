"""POST /api/v1/search — find spans by what is meant."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id
from wakeline.domain.search.where import Where
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import span_search
from wakeline.wiring import find


class SpanQuery(BaseModel):
    """What is looked for. `mode` is hybrid, text (words only) or vector (meaning only)."""

    model_config = ConfigDict(extra="ignore", strict=True)

    query: Annotated[str, StringConstraints(min_length=1, max_length=8000, strip_whitespace=True)]
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    mode: span_search.Mode = "hybrid"
    trace_id: Id | None = None
    project_id: Id | None = None
    span_type: Annotated[str, StringConstraints(max_length=128)] | None = None


@endpoint("POST /api/v1/search", scope="traces:read")
def search_spans(caller: Caller, body: SpanQuery) -> span_search.SpansFound:
    """Spans and messages near to the query, best first, and by what they were compared."""
    where = Where(project_id=body.project_id, trace_id=body.trace_id, span_type=body.span_type)
    return span_search.spans(find.search_index(), find.embedder(), caller, body.query, where, body.limit, body.mode)


handler = lambda_entry(search_spans)
