"""Making a workspace's search index anew from the ledger, some traces at a time. Recording may go on meanwhile.

A new generation begins empty: marks and manifests of the one before count for nothing from then on. Searching finds
what is rebuilt so far. Who dies in between goes on where they were, or begins again.
"""

from dataclasses import dataclass

from wakeline.domain.errors import Busy
from wakeline.domain.feed import Appended

from .ports import TraceIndex
from .search_index import MOST_TRACES, Indexer, index, merge


@dataclass(frozen=True, slots=True)
class Step:
    """How many traces and documents a step saw, and where the next goes on; None when all is done."""

    traces: int
    documents: int
    after: str | None


def rebuild(indexer: Indexer, traces: TraceIndex, workspace_id: str, after: str | None = None, most: int = 500) -> Step:
    """Index up to about `most` traces behind `after`; without it, begin. The last step deletes what was before.

    Raises `Busy` when another began at the same moment.
    """
    if after is None:
        before = indexer.store.state(workspace_id).generation
        if not indexer.store.next_generation(workspace_id, before):
            raise Busy("the search index is being rebuilt by another already")
    seen = documents = 0
    while seen < most:
        entries, after = traces.entries(workspace_id, None, after=after, limit=MOST_TRACES)
        heads = indexer.ledger.heads(workspace_id, [entry.trace_id for entry in entries])
        wanted = [
            Appended(workspace_id, trace.id, 0, trace.last_index + 1)
            for trace in heads.values()
            if trace.last_index >= 0
        ]
        documents += index(indexer, workspace_id, wanted)
        merge(indexer, workspace_id)
        seen += len(entries)
        if after is None:
            _forget_old(indexer, workspace_id)
            break
    return Step(seen, documents, after)


def _forget_old(indexer: Indexer, workspace_id: str) -> None:
    for part in indexer.store.state(workspace_id).outdated:
        indexer.files.delete(workspace_id, part)
    indexer.store.drop_outdated(workspace_id)
