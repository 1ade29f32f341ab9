"""Request and response shapes of approvals."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class DecisionBody(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    note: Annotated[str, StringConstraints(max_length=2_000)] | None = None
