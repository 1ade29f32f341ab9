"""Started by S3's "Object Created" below search/ — makes parts of a workspace's index one where there are enough, and
then sweeps what no manifest names.
"""

from typing import Any

from wakeline.observability import logger
from wakeline.services import search_index
from wakeline.wiring import find


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Look whether a tier is full. Mostly none is; what a merge makes comes here again, for the tier above."""
    _, workspace_id, _ = event["detail"]["object"]["key"].split("/")

    def failed(error: Exception) -> None:
        logger().warning("texts are indexed without vectors", extra={"workspace_id": workspace_id}, exc_info=error)

    indexer = find.indexer(failed)
    done = {"merged": search_index.merge(indexer, workspace_id), "swept": 0}
    if done["merged"]:
        # S3 takes as much for listing as for storing a file: not for each of the files that wait to be merged.
        done["swept"] = search_index.sweep(indexer, workspace_id)
        logger().info("search index merged", extra={"workspace_id": workspace_id, **done})
    return done
