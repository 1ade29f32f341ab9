"""Finding events of a trace by their seq, which a client may set: it only ever rises, but may skip numbers.

A search reads one segment a step, as there is no index by seq. O(log n) segments, one where seqs rise by one.
"""

from collections.abc import Sequence

from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace

from .ports import LedgerStore


def index_after(store: LedgerStore, trace: Trace, seq: int) -> int:
    """The index of the first event whose seq is greater than `seq`, in O(log n) segment reads."""
    if seq >= trace.last_seq:
        return trace.last_index + 1
    segment = _segment_of(store, trace, seq + 1)
    if segment is None:
        return 0
    return next((event.index for event in segment.events() if event.seq > seq), segment.last_index + 1)


def stored_keys(store: LedgerStore, trace: Trace, seqs: Sequence[int]) -> dict[int, str | None]:
    """The idempotency keys of the events that bear these seqs, looked up in the segments that hold them."""
    wanted = set(seqs)
    keys: dict[int, str | None] = {}
    while wanted:
        segment = _segment_of(store, trace, max(wanted))
        if segment is None:
            return keys
        keys.update((event.seq, event.idempotency_key) for event in segment.events() if event.seq in wanted)
        wanted = {seq for seq in wanted if seq < segment.first_seq}
    return keys


def _segment_of(store: LedgerStore, trace: Trace, seq: int) -> Segment | None:
    """The last segment that begins at or below `seq`. Interpolates first, as seqs mostly rise by one; then halves."""
    low, high = 0, trace.last_index
    guess = min(high, max(0, seq - (trace.first_seq or 0)))
    best: Segment | None = None
    while low <= high:
        segment = store.segment_at(trace.workspace_id, trace.id, guess)
        if segment is None:
            return best
        if segment.first_seq > seq:
            high = segment.first_index - 1
        else:
            best = segment
            if seq <= segment.last_seq:
                return segment
            # Not `last_index + 1`: where a segment is missing, that may be below `guess` and the search would never
            # end.
            low = max(segment.last_index, guess) + 1
        guess = (low + high) // 2
    return best
