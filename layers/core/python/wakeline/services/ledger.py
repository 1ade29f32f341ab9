"""The ledger protocol: append, settle, read, erase a trace.

Append reads HEAD, puts the segment at exactly the next index if nothing stands there, and moves HEAD on if it still
says what was read. The conditional put is the commit. Whoever finds a segment past HEAD folds it in, so a writer that
died between the two writes loses nothing and nothing is counted twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wakeline.domain import chain, times
from wakeline.domain.append import Rejection, Sifted, build, doubtful, sift
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, Invalid, NotFound
from wakeline.domain.events import Event, NewEvent
from wakeline.domain.segments import Segment
from wakeline.domain.trace import BROKEN, Trace, fold

from .ports import LedgerStore
from .seqs import stored_keys

ATTEMPTS = 60
"""Each attempt means that another writer got in; 60 in one request means that there are too many of them."""

KEPT = "this trace is written by Wakeline alone"

DAMAGED = "the trace was changed behind the ledger's back and cannot go on; GET …/verify tells more"


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch. `accepted` counts new and repeated events; `trace` is HEAD after it."""

    trace: Trace
    accepted: int
    rejected: list[Rejection]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer wants next in a trace: sifted events, the place in a transcript that they reach, and keys of what
    they tell that may yet be sent otherwise.
    """

    sifted: Sifted
    source: dict[str, Any] | None = None
    also_known: Sequence[str] = ()


def append(
    store: LedgerStore,
    env: Env,
    workspace_id: str,
    trace_id: str,
    sent: Sequence[tuple[int, NewEvent]],
    allowed: Callable[[Trace], bool] = lambda _: True,
    *,
    own: bool = False,
) -> Appended:
    """Append checked events (place in the batch, event) to a trace that `allowed` lets the caller see.

    Raises `NotFound` for a trace that is not there, was deleted or may not be seen, `Busy` when other writers win
    every time.
    """

    def draft(trace: Trace) -> Draft:
        if not allowed(trace):
            raise NotFound("trace not found")
        return Draft(sift(trace, sent, stored_keys(store, trace, doubtful(trace, sent))))

    return commit(store, env, workspace_id, trace_id, draft, own=own)


def begin(store: LedgerStore, env: Env, trace: Trace, sent: Sequence[tuple[int, NewEvent]]) -> Appended | None:
    """Create a trace with its first events, in one write. None when that id is taken, or nothing can be stored."""
    sifted = sift(trace, sent, {})
    segment, unhashable = build(trace, sifted.new, times.render(env.now()), lambda: env.new_id("evt"), env.salt)
    if segment.count == 0:
        return None
    after = fold(trace, segment, segment.delta)
    if not store.create_with(after, segment):
        return None
    repeats, rejected = _outcome(sifted, unhashable)
    return Appended(after, repeats + segment.count, rejected)


def prepared(env: Env, trace: Trace, events: Sequence[NewEvent], at: str | None = None) -> tuple[Trace, Segment]:
    """What appending events of Wakeline's own to a trace makes, for a write that holds more than that: HEAD with the
    segment folded in, and the segment. `at` is when they happen, by default now.

    Raises `Invalid` for an event that has no canonical form.
    """
    new = [(place, event, trace.last_seq + 1 + place) for place, event in enumerate(events)]
    segment, unhashable = build(trace, new, at or times.render(env.now()), lambda: env.new_id("evt"), env.salt)
    if unhashable:
        raise Invalid(unhashable[0].reason, field=unhashable[0].field)
    return fold(trace, segment, segment.delta), segment


def commit(
    store: LedgerStore,
    env: Env,
    workspace_id: str,
    trace_id: str,
    draft: Callable[[Trace], Draft],
    *,
    own: bool = False,
) -> Appended:
    """Append what `draft` makes of HEAD; ask it again each time that another writer was faster.

    Raises `Conflict` for a trace that Wakeline keeps itself, unless `own` says that it is Wakeline that writes.
    """
    for attempt in range(ATTEMPTS):
        trace = living(store.head(workspace_id, trace_id))
        if trace.seal == BROKEN and not _stands_at_the_end(store, trace):
            raise Conflict(DAMAGED)
        wanted = draft(trace)
        if trace.is_own and not own:
            raise Conflict(KEPT)
        sifted = wanted.sifted
        if not sifted.new and wanted.source in (None, trace.transcript):
            return Appended(trace, sifted.repeats, sifted.rejected)
        segment, unhashable = build(
            trace,
            sifted.new,
            times.render(env.now()),
            lambda: env.new_id("evt"),
            env.salt,
            wanted.source,
            wanted.also_known,
        )
        repeats, rejected = _outcome(sifted, unhashable)
        if segment.count == 0:
            if wanted.source is not None and not store.write_head(
                trace.rewritten(env.now(), transcript=wanted.source), trace.version
            ):
                continue
            return Appended(trace, repeats, rejected)
        # Folded before it is committed: whatever cannot be folded must not be stored.
        after = fold(trace, segment, segment.delta)
        found = store.put_segment(workspace_id, trace_id, segment)
        if found is None or found.head_hash == segment.head_hash:
            # The second case is our own write, whose answer was lost on the way and which the client library sent
            # again.
            return Appended(_advance(store, after, segment), repeats + segment.count, rejected)
        if not found.follows(trace):
            raise Conflict(DAMAGED)
        _fold_in(store, trace, found)
        env.pause(attempt)
    raise Busy("too many writers on this trace at once; try again")


def _outcome(sifted: Sifted, unstored: list[Rejection]) -> tuple[int, list[Rejection]]:
    """How many events were accepted beside the new ones, and all that were rejected; so are twins of rejected ones."""
    why = {rejection.idempotency_key: rejection for rejection in unstored if rejection.idempotency_key is not None}
    twins = [replace(why[key], index=place) for place, key in sifted.twins if key in why]
    rejected = sorted([*sifted.rejected, *unstored, *twins], key=lambda rejection: rejection.index)
    return sifted.repeats + len(sifted.twins) - len(twins), rejected


def _stands_at_the_end(store: LedgerStore, trace: Trace) -> bool:
    """Whether a HEAD that was changed still says truly where the chain goes on; if so, recording goes on, too."""
    last = store.segment_at(trace.workspace_id, trace.id, trace.last_index)
    if last is None:
        return trace.last_index == -1 and trace.head == chain.genesis(trace.workspace_id, trace.id)
    return (last.last_index, last.last_seq, last.head_hash) == (trace.last_index, trace.last_seq, trace.head)


def living(trace: Trace | None) -> Trace:
    """The trace, if it exists and was not deleted. Raises `NotFound`."""
    if trace is None or trace.deleted is not None:
        raise NotFound("trace not found")
    return trace


def settle(store: LedgerStore, trace: Trace) -> Trace:
    """Fold segments past HEAD in, as far as they chain on, and return HEAD after that."""
    for segment in store.segments(trace.workspace_id, trace.id, trace.last_index + 1):
        if not segment.follows(trace):
            break
        trace = _fold_in(store, trace, segment)
    return trace


def read_segments(store: LedgerStore, trace: Trace, from_index: int = 0) -> Iterator[Segment]:
    """The segments from the one that holds `from_index` on. One that HEAD does not know yet is folded in on the way."""
    first = store.segment_at(trace.workspace_id, trace.id, from_index) if from_index else None
    start = 0
    if first is not None:
        yield first
        start = first.last_index + 1
    for segment in store.segments(trace.workspace_id, trace.id, start):
        if segment.follows(trace):
            trace = _fold_in(store, trace, segment)
        yield segment


def read_events(store: LedgerStore, trace: Trace, from_index: int = 0) -> Iterator[Event]:
    """The events of a trace from `from_index` on, in ledger order; memory is that of one page of segments."""
    for segment in read_segments(store, trace, from_index):
        for event in segment.events():
            if event.index >= from_index:
                yield event


def _advance(store: LedgerStore, after: Trace, segment: Segment) -> Trace:
    """Move HEAD to `after`, over our own committed segment, whatever else happened to HEAD meanwhile."""
    if store.write_head(after, after.version - 1):
        return after
    latest = store.head(after.workspace_id, after.id)
    if latest is None or latest.deleted is not None:
        store.delete_segment(after.workspace_id, after.id, segment)
        raise NotFound("trace not found")
    return settle(store, latest)


def _fold_in(store: LedgerStore, trace: Trace, segment: Segment) -> Trace:
    """Fold another writer's segment into HEAD; if HEAD moved meanwhile, take it as it is now."""
    if not segment.follows(trace):
        return trace
    after = fold(trace, segment, segment.delta)
    if store.write_head(after, trace.version):
        return after
    return living(store.head(trace.workspace_id, trace.id))


def erase(store: LedgerStore, env: Env, trace: Trace, principal: str) -> None:
    """Delete a trace: HEAD becomes a tombstone, at once and first; then its segments go. A second call goes on where
    one died.
    """
    if trace.is_hidden:
        raise Conflict(KEPT)
    if trace.deleted is None:
        gone = {
            "at": times.render(env.now()),
            "by": principal,
            "events": trace.event_count,
            "head_hash": trace.head_hash,
        }
        for attempt in range(ATTEMPTS):
            trace = settle(store, trace)
            gone |= {"events": trace.event_count, "head_hash": trace.head_hash}
            if store.write_head(_tombstone(trace, gone), trace.version):
                break
            env.pause(attempt)
            trace = living(store.head(trace.workspace_id, trace.id))
        else:
            raise Busy("too many writers on this trace at once; try again")
    for segment in store.segments(trace.workspace_id, trace.id):
        store.delete_segment(trace.workspace_id, trace.id, segment)


def _tombstone(trace: Trace, gone: dict[str, Any]) -> Trace:
    """What stays of a deleted trace: where the chain ended, how long it was, when it went and by whom."""
    return Trace(
        workspace_id=trace.workspace_id,
        project_id=trace.project_id,
        id=trace.id,
        created_at=trace.created_at,
        created_by=trace.created_by,
        started_at=trace.started_at,
        last_index=trace.last_index,
        first_seq=trace.first_seq,
        last_seq=trace.last_seq,
        head_hash=trace.head_hash,
        deleted=gone,
        changed_at=gone["at"],
        version=trace.version + 1,
    ).sealed()
