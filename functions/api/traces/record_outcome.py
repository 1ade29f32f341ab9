"""POST /api/v1/traces/{trace_id}/outcome — what became of an action that was allowed."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import outcomes
from wakeline.wiring import govern

Count = Annotated[int, Field(ge=0, le=10**15)]


class OutcomeBody(BaseModel):
    """`status` and what the agent adds to it; all of it goes into the event's metadata."""

    model_config = ConfigDict(extra="ignore", strict=True)

    status: Literal["success", "error"]
    metadata: dict[str, Any] | None = None
    outcome_summary: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    error_classification: Literal["timeout", "permission", "not_found", "runtime"] | None = None
    exit_code: Annotated[int, Field(ge=-(2**31), lt=2**32)] | None = None
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    tokens_cache_read: Count | None = None
    model: Annotated[str, StringConstraints(max_length=200)] | None = None
    cost_estimate: Annotated[float, Field(ge=0, le=1e9)] | None = None

    def said(self) -> dict[str, Any] | None:
        """The metadata, with the named fields beside what it holds; the named ones win."""
        named = self.model_dump(exclude_none=True, exclude={"status", "metadata"})
        return {**(self.metadata or {}), **named} or None


@endpoint("POST /api/v1/traces/{trace_id}/outcome", scope="traces:write", status=204, max_body=1024 * 1024)
def record_outcome(caller: Caller, trace_id: str, body: OutcomeBody) -> Reply:
    """Append operation_executed or operation_failed, and trace_closed. 409 for a trace that is final or waits."""
    success = body.status == "success"
    outcomes.record(govern.governors(), wiring.env(), caller, trace_id, success=success, said=body.said())
    return Reply(status=204)


handler = lambda_entry(record_outcome)
