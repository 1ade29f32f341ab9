"""What all domain events have in common."""

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SOURCE = "wakeline"


class BusEvent(BaseModel):
    """What every event says. A new field may come at any time; none changes its meaning within a version."""

    model_config = ConfigDict(frozen=True)

    type: str
    id: Annotated[str, Field(description="The same for every delivery of this event: what to tell a repeat by.")]
    version: Annotated[Literal["1"], Field(description="Of this schema.")] = "1"
    occurred_at: Annotated[str, Field(description="RFC 3339, UTC.")]
    workspace_id: str


def event_id(*named: str) -> str:
    """The id of an event: it follows from what happened, so that the same happening has the same one."""
    return f"evn_{sha256(chr(0).join(named).encode()).hexdigest()[:32]}"
