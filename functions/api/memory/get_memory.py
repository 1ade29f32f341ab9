"""GET /api/v1/memory/{memory_id} — a memory with its history."""

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.memory import MemoryWithHistory
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import memories
from wakeline.wiring import find


@endpoint("GET /api/v1/memory/{memory_id}", scope="traces:read")
def get_memory(caller: Caller, memory_id: str) -> MemoryWithHistory:
    """The memory, and what it said before, latest first."""
    return memories.get(find.memories(), wiring.ledger(), wiring.env(), caller, memory_id).with_history()


handler = lambda_entry(get_memory)
