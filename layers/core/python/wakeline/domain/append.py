"""The rules of appending: which of the sent events are new, and what the next segment is. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .delta import delta_of, short_key
from .errors import Invalid
from .events import Event, NewEvent
from .segments import MAX_STORED, Segment, encode_body, write
from .trace import Trace

NOT_MONOTONIC = "seq must be monotonic for this session"
NO_ROOM = f"the batch is over {MAX_STORED // 1024**2} MB"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the event at `index` of the batch was not stored. `conflict` tells a clash of order from a broken event."""

    index: int
    idempotency_key: str | None
    reason: str
    conflict: bool = False
    field: str | None = None


@dataclass(slots=True)
class Sifted:
    """A batch held against its trace: `new` are (place in the batch, event, seq); `repeats` were stored before.

    `twins` (place, key) are events whose key a new event of the same batch bears: they fare as that one does.
    """

    new: list[tuple[int, NewEvent, int]] = field(default_factory=list)
    repeats: int = 0
    twins: list[tuple[int, str]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def doubtful(trace: Trace, sent: Sequence[tuple[int, NewEvent]]) -> list[int]:
    """The seqs that the trace already passed: their stored keys decide between repeat and rejection."""
    return sorted({event.seq for _, event in sent if event.seq is not None and event.seq <= trace.last_seq})


def sift(trace: Trace, sent: Sequence[tuple[int, NewEvent]], stored: Mapping[int, str | None]) -> Sifted:
    """Sort a batch into new, repeated and rejected events.

    `stored` gives the idempotency key of each doubtful seq that is in the ledger. With `seq`, a repeat is found by
    its number; without, by its key among the trace's recent ones.
    """
    result = Sifted()
    last = trace.last_seq
    recent = trace.recent_keys
    known = {recent[at : at + 8] for at in range(0, len(recent), 8)}
    repeated: set[str] = set()
    fresh: set[str] = set()
    for place, event in sent:
        key = event.idempotency_key
        if key is not None and key in fresh:
            result.twins.append((place, key))
        elif key is not None and (
            key in repeated
            or (short_key(key) in known if event.seq is None else event.seq <= last and stored.get(event.seq) == key)
        ):
            repeated.add(key)
            result.repeats += 1
        elif event.seq is not None and event.seq <= last:
            result.rejected.append(Rejection(place, key, NOT_MONOTONIC, conflict=True, field="seq"))
        else:
            last = last + 1 if event.seq is None else event.seq
            result.new.append((place, event, last))
            if key is not None:
                fresh.add(key)
    return result


def build(
    trace: Trace,
    new: Sequence[tuple[int, NewEvent, int]],
    received_at: str,
    new_id: Callable[[], str],
    salt: Callable[[], bytes],
    source: dict[str, Any] | None = None,
    also_known: Sequence[str] = (),
) -> tuple[Segment, list[Rejection]]:
    """Hash the new events behind the trace's head. Events that have no canonical form or no room are rejected, the
    rest go in.

    `new_id` makes an event id, `salt` 8 random bytes; `also_known` are keys to remember besides the events' own. When
    every event is rejected the segment's count is 0.
    """
    prev_hash = trace.head
    index = trace.last_index + 1
    lines: list[bytes] = []
    events: list[Event] = []
    rejected: list[Rejection] = []
    keys: list[str] = []
    room = MAX_STORED
    for place, sent, seq in new:
        envelope = _envelope(sent, seq, index + len(events), received_at, trace.agent, new_id)
        try:
            event, line = write(envelope, sent.payload, sent.metadata, salt(), prev_hash)
        except Invalid as error:
            rejected.append(Rejection(place, sent.idempotency_key, error.message, field=error.field))
            continue
        if len(line) >= room:
            rejected.append(Rejection(place, sent.idempotency_key, NO_ROOM, field="payload"))
            continue
        room -= len(line) + 1
        events.append(event)
        lines.append(line)
        prev_hash = event.integrity_hash
        if sent.seq is None and sent.idempotency_key is not None and source is None:
            keys.append(short_key(sent.idempotency_key))
    segment = Segment(
        first_index=index,
        count=len(events),
        first_seq=events[0].seq if events else trace.last_seq,
        last_seq=events[-1].seq if events else trace.last_seq,
        prev_hash=trace.head,
        head_hash=prev_hash,
        delta=delta_of(events, "".join([*keys, *map(short_key, also_known)]), source),
        body=encode_body(lines),
    )
    return segment, rejected


def _envelope(
    sent: NewEvent, seq: int, index: int, received_at: str, agent: str | None, new_id: Callable[[], str]
) -> dict[str, Any]:
    """The hashed fields of an event. A field that it does not have is absent."""
    optional = {
        "span_id": sent.span_id,
        "parent_id": sent.parent_id,
        "idempotency_key": sent.idempotency_key,
    }
    return {
        "actor": sent.actor_in(agent),
        "id": sent.id or new_id(),
        "index": index,
        "received_at": received_at,
        "seq": seq,
        "timestamp": sent.timestamp or received_at,
        "type": sent.type,
        **{name: value for name, value in optional.items() if value is not None},
    }
