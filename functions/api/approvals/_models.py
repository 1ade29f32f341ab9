"""Request and response shapes of approvals."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, StringConstraints

from wakeline.domain.approvals import ApprovalView


class DecisionBody(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    note: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class ApprovalPagination(TypedDict):
    """Where in the list. `total_exact` is false where `total` is the count so far."""

    total: int
    limit: int
    offset: int
    next_cursor: str | None
    total_exact: bool


class ApprovalList(TypedDict):
    """Requests, newest first."""

    data: list[ApprovalView]
    pagination: ApprovalPagination
