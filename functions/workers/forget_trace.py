"""Started by the bus's trace.deleted — takes a deleted trace out of the search index, its memories with it, and what a
deletion that died over it left.
"""

from typing import Any

from wakeline import wiring
from wakeline.observability import logger
from wakeline.services import deletion, memories, search_index
from wakeline.wiring import find, understanding


def handler(event: dict[str, Any], _context: Any) -> None:
    """Nothing is shown any more from the moment of deletion; this removes what is stored. Twice is as good as once."""
    workspace_id, trace_id = event["detail"]["workspace_id"], event["detail"]["trace_id"]

    def failed(error: Exception) -> None:
        logger().warning("texts are indexed without vectors", extra={"workspace_id": workspace_id}, exc_info=error)

    left = deletion.finish(
        wiring.artifacts(), wiring.files(), understanding.stores(), wiring.env(), workspace_id, trace_id
    )
    indexer = find.indexer(failed)
    rewritten = search_index.erase(indexer, workspace_id, {trace_id: None})
    search_index.sweep(indexer, workspace_id)
    forgotten = memories.end_session(find.memories(), workspace_id, trace_id, deleted=True)
    told = {"workspace_id": workspace_id, "trace_id": trace_id, "parts": rewritten, "memories": forgotten, "left": left}
    logger().info("deleted trace forgotten", extra=told)
