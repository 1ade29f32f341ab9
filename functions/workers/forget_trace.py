"""Started by the bus's trace.deleted — takes a deleted trace out of the search index, and its memories with it."""

from typing import Any

from wakeline.observability import logger
from wakeline.services import memories, search_index
from wakeline.wiring import find


def handler(event: dict[str, Any], _context: Any) -> None:
    """Neither is shown any more from the moment of deletion; this removes what is stored. Twice is as good as once."""
    workspace_id, trace_id = event["detail"]["workspace_id"], event["detail"]["trace_id"]

    def failed(error: Exception) -> None:
        logger().warning("texts are indexed without vectors", extra={"workspace_id": workspace_id}, exc_info=error)

    rewritten = search_index.erase(find.indexer(failed), workspace_id, {trace_id: None})
    forgotten = memories.end_session(find.memories(), workspace_id, trace_id, deleted=True)
    told = {"workspace_id": workspace_id, "trace_id": trace_id, "parts": rewritten, "memories": forgotten}
    logger().info("deleted trace forgotten", extra=told)
