"""What is to be erased, and what came of it."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from wakeline.domain.ids import Id, Label


class Erase(BaseModel):
    """Which events: all that is said must hold. An empty object means every event of the trace."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    event_ids: Annotated[list[Id], Field(min_length=1, max_length=500)] | None = None
    types: Annotated[list[Annotated[str, Field(max_length=128)]], Field(min_length=1, max_length=50)] | None = None
    from_index: Annotated[int, Field(ge=0)] = 0
    to_index: Annotated[int, Field(ge=0)] | None = None


class ErasureBody(BaseModel):
    """A request to erase. `reason` goes into the audit log."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    erase: Erase
    reason: Label | None = None


class ErasureView(TypedDict):
    """How many events lost their content; the chain's head is what it was."""

    trace_id: str
    erased: int
    event_count: int
    head_hash: str
