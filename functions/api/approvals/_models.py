"""Request and response shapes of approvals."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, StringConstraints

from wakeline.domain.approvals import ApprovalView

Note = Annotated[str, StringConstraints(max_length=2_000)]


class DecisionBody(BaseModel):
    """Why: `note`, or `decision_note` as the answer calls it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    note: Note | None = None
    decision_note: Note | None = None

    @property
    def why(self) -> str | None:
        """What was given, under either name."""
        return self.note if self.note is not None else self.decision_note


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
