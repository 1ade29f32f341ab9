"""DELETE /api/v1/memory/{memory_id} — forget a memory and its history."""

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import Reply, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import memories
from wakeline.wiring import find, govern


@endpoint("DELETE /api/v1/memory/{memory_id}", scope="memory:write", status=204)
def delete_memory(caller: Caller, memory_id: str) -> Reply:
    """204. A memory that all projects read is deleted by one who sees the whole workspace."""
    memories.forget(find.memories(), govern.audit_log(), caller, memory_id)
    return Reply(status=204)


handler = lambda_entry(delete_memory)
