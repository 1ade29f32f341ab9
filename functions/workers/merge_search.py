"""Started by S3's "Object Created" below search/ — makes parts of a workspace's index one where there are enough."""

from typing import Any

from wakeline.observability import logger
from wakeline.services import search_index
from wakeline.wiring import find


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Look whether a tier is full. Mostly none is; what a merge makes comes here again, for the tier above."""
    _, workspace_id, _ = event["detail"]["object"]["key"].split("/")

    def failed(error: Exception) -> None:
        logger().warning("texts are indexed without vectors", extra={"workspace_id": workspace_id}, exc_info=error)

    merged = search_index.merge(find.indexer(failed), workspace_id)
    if merged:
        logger().info("search index merged", extra={"workspace_id": workspace_id, "merges": merged})
    return {"merged": merged}
