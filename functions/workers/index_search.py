"""Started by the table's stream — brings the search index up to what was committed, and takes out what was erased, also
what was remembered of it.
"""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.domain.feed import Appended
from wakeline.observability import logger
from wakeline.services import memories, search_index
from wakeline.wiring import find

Segment = tuple[Appended, bool]
"""A segment, and whether it was there and was changed: then events of it were erased."""


def read(record: dict[str, Any]) -> tuple[str, Segment] | None:
    """A segment that was committed or changed, by workspace."""
    found = find.segment_change(record)
    return (found[0].workspace_id, found) if found is not None else None


def index_search(workspace_id: str, segments: list[Segment]) -> tuple[int, ...]:
    """Index what is new; of what is indexed and remembered, drop what came from events that say nothing any more."""

    def failed(error: Exception) -> None:
        logger().warning("texts are indexed without vectors", extra={"workspace_id": workspace_id}, exc_info=error)

    indexer = find.indexer(failed)
    search_index.index(indexer, workspace_id, [segment for segment, _ in segments])
    drop = search_index.erased(wiring.ledger(), [segment for segment, changed in segments if changed])
    if drop:
        search_index.erase(indexer, workspace_id, drop)
        memories.forget_drawn(find.memories(), workspace_id, drop)
    return ()


handler = stream_entry(read, index_search)
