"""Started by the table's stream — brings the search index up to what was committed, and takes out what was erased, also
where it is remembered or quoted.
"""

from typing import Any

from wakeline import wiring
from wakeline.batch import stream_entry
from wakeline.domain.feed import Appended
from wakeline.observability import logger
from wakeline.services import analyses, memories, search_index
from wakeline.wiring import find, understanding

Segment = tuple[Appended, bool]
"""A segment, and whether it was there and was changed: then events of it were erased."""


def read(record: dict[str, Any]) -> tuple[str, Segment] | None:
    """A segment that was committed or changed, by workspace."""
    found = find.segment_change(record)
    return (found[0].workspace_id, found) if found is not None else None


def index_search(workspace_id: str, segments: list[Segment]) -> tuple[int, ...]:
    """Index what is new; of what is indexed, remembered and quoted, drop what came from events that say nothing now."""

    def failed(error: Exception) -> None:
        logger().warning("texts are indexed without vectors", extra={"workspace_id": workspace_id}, exc_info=error)

    indexer = find.indexer(failed)
    search_index.index(indexer, workspace_id, [segment for segment, _ in segments])
    drop = search_index.erased(wiring.ledger(), [segment for segment, changed in segments if changed])
    if drop:
        search_index.erase(indexer, workspace_id, drop)
        memories.forget_drawn(find.memories(), workspace_id, drop)
        for trace_id in drop:
            analyses.renew(understanding.stores(), wiring.env(), workspace_id, trace_id)
    return ()


handler = stream_entry(read, index_search)
