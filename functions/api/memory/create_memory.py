"""POST /api/v1/memory — remember something under a key."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.ids import Id, Label
from wakeline.domain.memory import Category, Scope
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import memories
from wakeline.wiring import find


class MemoryBody(BaseModel):
    """What to remember. `value` is any JSON but null, up to 8 KB; `session_id` is required for the scope session."""

    model_config = ConfigDict(extra="ignore", strict=True)

    key: Annotated[Label, StringConstraints(max_length=256)]
    value: Any
    scope: Scope = "project"
    category: Category = "fact"
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    session_id: Id | None = None
    project_id: Id | None = None
    metadata: dict[str, Any] | None = None


@endpoint("POST /api/v1/memory", scope="memory:write", status=201, also=(200,))
def create_memory(caller: Caller, body: MemoryBody) -> Reply:
    """201 with the new memory; 200 when the key was there: updated, with its former value in `history`."""
    note = memories.Note(**{name: getattr(body, name) for name in MemoryBody.model_fields})
    memory, is_new = memories.remember(find.memories(), wiring.ledger(), wiring.env(), caller, note, find.embedder())
    return Reply(memory.with_history(), 201 if is_new else 200)


handler = lambda_entry(create_memory)
