"""Keeping the search index: new events make a part, parts become one, what is erased goes.

A part's file is stored before a manifest names it, and named in one transaction with the marks of the traces that it
covers: who dies before leaves a file that nobody reads, and that is swept; who dies after is done. What comes twice is
found marked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from wakeline.domain.env import Env
from wakeline.domain.errors import Busy
from wakeline.domain.feed import Appended
from wakeline.domain.search.documents import Document, documents_of
from wakeline.domain.search.parts import Manifest, Part, due
from wakeline.domain.search.state import EmbeddingFailed, IndexState, Mark, PartGone
from wakeline.domain.segments import Damaged
from wakeline.domain.trace import Trace

from .ports import LedgerStore
from .search_ports import Embedder, IndexFiles, IndexStore

ATTEMPTS = 30
UNLISTED_FOR = timedelta(hours=1)
MOST_TRACES = 50
"""Traces of one part: with the manifests they have to fit into one transaction."""
MOST_DOCUMENTS = 4_000
MOST_TEXT = 16_000_000
"""Characters of one part that is made from the ledger."""


@dataclass(slots=True)
class Indexer:
    """What keeping an index takes. `failed` is told of texts that get no vectors now."""

    store: IndexStore
    files: IndexFiles
    ledger: LedgerStore
    embedder: Embedder
    env: Env
    failed: Callable[[Exception], None] = lambda _: None


@dataclass(slots=True)
class _Batch:
    """Documents by month, and how far they bring each trace."""

    documents: dict[str, list[Document]] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    count: int = 0
    text: int = 0

    @property
    def full(self) -> bool:
        return self.count >= MOST_DOCUMENTS or self.text >= MOST_TEXT


def index(indexer: Indexer, workspace_id: str, appended: Sequence[Appended]) -> int:
    """Bring the traces of committed segments up to date in the index; how many documents were new.

    Raises `Busy` when others change the index every time.
    """
    reach: dict[str, int] = {}
    for each in appended:
        reach[each.trace_id] = max(reach.get(each.trace_id, -1), each.last_index)
    trace_ids = list(reach)
    return sum(
        _index(indexer, workspace_id, {trace_id: reach[trace_id] for trace_id in trace_ids[at : at + MOST_TRACES]})
        for at in range(0, len(trace_ids), MOST_TRACES)
    )


def _index(indexer: Indexer, workspace_id: str, reach: Mapping[str, int]) -> int:
    done = attempt = 0
    heads = _heads(indexer.ledger, workspace_id, reach)
    while attempt < ATTEMPTS:
        state = indexer.store.state(workspace_id)
        marks = indexer.store.marks(workspace_id, list(heads))
        batch = _Batch()
        for trace_id, trace in heads.items():
            at = _reached(marks.get(trace_id), state.generation)
            if at < reach[trace_id] and not batch.full:
                _collect(indexer.ledger, trace, at, batch)
        if not batch.reached:
            return done
        if _commit(indexer, workspace_id, state, marks, batch):
            done, attempt = done + batch.count, 0
        else:
            indexer.env.pause(attempt)
            attempt += 1
    raise Busy("the search index is being changed too often at once")


def _reached(mark: Mark | None, generation: int) -> int:
    return mark.last_index if mark is not None and mark.generation == generation else -1


def _heads(ledger: LedgerStore, workspace_id: str, trace_ids: Iterable[str]) -> dict[str, Trace]:
    """The traces that are there. Many HEADs are read with eventual consistency, so a missing one is asked for again."""
    wanted = list(trace_ids)
    heads = ledger.heads(workspace_id, wanted)
    for trace_id in wanted:
        trace = heads.get(trace_id) or ledger.head(workspace_id, trace_id)
        if trace is not None:
            heads[trace_id] = trace
    return {trace_id: trace for trace_id, trace in heads.items() if trace.deleted is None}


def _collect(ledger: LedgerStore, trace: Trace, at: int, batch: _Batch) -> None:
    """Take the trace's segments behind index `at`, in order, as far as there is room."""
    for segment in ledger.segments(trace.workspace_id, trace.id, at + 1):
        try:
            events = list(segment.events())
        except Damaged:
            # What was tampered with is for verify to report; the rest is found.
            events = []
        if events:
            month = str(events[0].envelope["received_at"])[:7]
            found = documents_of(events, trace.id, trace.project_id)
            if found:
                batch.documents.setdefault(month, []).extend(found)
            batch.count += len(found)
            batch.text += sum(len(document.text) for document in found)
        batch.reached[trace.id] = segment.last_index
        if batch.full:
            return


def _commit(indexer: Indexer, workspace_id: str, state: IndexState, marks: Mapping[str, Mark], batch: _Batch) -> bool:
    manifests: list[Manifest] = []
    made: list[Part] = []
    for month, documents in batch.documents.items():
        part = _build(indexer, workspace_id, documents)
        made.append(part)
        manifests.append(state.month(month).adding(part))
    moved = {trace_id: (marks.get(trace_id), Mark(state.generation, last)) for trace_id, last in batch.reached.items()}
    if indexer.store.commit(workspace_id, state.generation, manifests, moved):
        return True
    for part in made:
        indexer.files.delete(workspace_id, part)
    return False


def _build(indexer: Indexer, workspace_id: str, documents: Sequence[Document]) -> Part:
    vectors: list[bytes] | None = None
    try:
        vectors = indexer.embedder.embed([document.embedded for document in documents])
    except EmbeddingFailed as error:
        # Found by words then. To be found by meaning as well, the index is rebuilt.
        indexer.failed(error)
    name = indexer.env.new_id("part")
    return indexer.files.build(workspace_id, name, documents, vectors, indexer.embedder.model)


def merge(indexer: Indexer, workspace_id: str) -> int:
    """Make parts one where a tier is full; how many merges. Who else changes the manifest meanwhile wins."""
    merged = 0
    for attempt in range(ATTEMPTS):
        state = indexer.store.state(workspace_id)
        wanted = next(((each, parts) for each in state.months.values() if (parts := due(each))), None)
        if wanted is None:
            return merged
        manifest, parts = wanted
        if _replace(indexer, workspace_id, state.generation, manifest, parts, {}):
            merged += 1
        else:
            indexer.env.pause(attempt)
    return merged


def sweep(indexer: Indexer, workspace_id: str) -> int:
    """Delete the files that no manifest names, and none will: whoever made them died before. How many.

    A file is stored right before it is named, in one call of a function that runs for a quarter of an hour at most.
    """
    state = indexer.store.state(workspace_id)
    listed = {part.name for manifest in state.months.values() for part in manifest.parts}
    return indexer.files.sweep(workspace_id, listed, indexer.env.now() - UNLISTED_FOR)


def erase(indexer: Indexer, workspace_id: str, drop: Mapping[str, Sequence[int] | None]) -> int:
    """Take events out of every part (trace id → indexes, or None for all of a trace); how many parts were rewritten.

    Raises `Busy` when others change the index every time.
    """
    rewritten = attempt = 0
    while attempt < ATTEMPTS:
        state = indexer.store.state(workspace_id)
        try:
            wanted = next(
                (
                    (manifest, part)
                    for manifest in state.months.values()
                    for part in manifest.parts
                    if indexer.files.holds(workspace_id, part, drop)
                ),
                None,
            )
        except PartGone:
            attempt += 1
            continue
        if wanted is None:
            return rewritten
        manifest, part = wanted
        if _replace(indexer, workspace_id, state.generation, manifest, [part], drop):
            rewritten, attempt = rewritten + 1, 0
        else:
            indexer.env.pause(attempt)
            attempt += 1
    raise Busy("the search index is being changed too often at once")


def _replace(
    indexer: Indexer,
    workspace_id: str,
    generation: int,
    manifest: Manifest,
    parts: Sequence[Part],
    drop: Mapping[str, Sequence[int] | None],
) -> bool:
    """Put one part in the place of others, if they are listed as they were. The old files go last."""
    try:
        made = indexer.files.merge(workspace_id, indexer.env.new_id("part"), parts, drop)
    except PartGone:
        return False
    after = manifest.replacing(parts, made)
    if after is not None and indexer.store.commit(workspace_id, generation, [after], {}):
        for part in parts:
            indexer.files.delete(workspace_id, part)
        return True
    if made is not None:
        indexer.files.delete(workspace_id, made)
    return False


def erased(ledger: LedgerStore, changed: Sequence[Appended]) -> dict[str, list[int]]:
    """Which events of changed segments say nothing any more, by trace: what `erase` is to drop."""
    drop: dict[str, list[int]] = {}
    for each in changed:
        segment = ledger.segment_at(each.workspace_id, each.trace_id, each.first_index)
        if segment is None or segment.first_index != each.first_index:
            continue
        try:
            gone = [event.index for event in segment.events() if event.payload is None]
        except Damaged:
            continue
        if gone:
            drop.setdefault(each.trace_id, []).extend(gone)
    return drop
