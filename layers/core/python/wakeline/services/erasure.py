"""Erasing payloads: a person's data goes, the chain and every digest still verify.

Each segment is rewritten in place, on the condition that it is what was read; then HEAD loses what it repeated of the
payloads. Whatever dies in between is finished by asking again: what is erased already is left as it is.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, NotFound
from wakeline.domain.evidence.erasure import Selection, without
from wakeline.domain.segments import Segment
from wakeline.domain.trace import Trace

from . import ledger, traces
from .audit import AuditLog, noting
from .ports import LedgerStore

_ATTEMPTS = 20


class SegmentEraser(Protocol):
    """The one way in which a stored segment changes."""

    def rewrite(self, workspace_id: str, trace_id: str, old: Segment, new: Segment) -> bool:
        """Replace a segment that is still `old` by `new`, of the same chain. The old body is removed, in S3 too."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure came to. `erased` counts the events that lost their content now."""

    trace_id: str
    erased: int
    event_count: int
    head_hash: str


def erase(
    store: LedgerStore,
    eraser: SegmentEraser,
    audit: AuditLog,
    env: Env,
    caller: Caller,
    trace_id: str,
    selection: Selection,
    reason: str | None,
) -> Erased:
    """Erase the content of the chosen events of a trace. Raises `NotFound`, also for an event id that is not there, and
    `Conflict` for a trace that Wakeline keeps itself.
    """
    trace = ledger.settle(store, traces.require(store, caller, trace_id))
    if trace.is_hidden:
        # Who may erase could take out of the audit log what they did.
        raise Conflict(ledger.KEPT)
    chosen = _chosen(store, trace, selection)
    details = _details(selection, reason) | {"events": chosen, "head_hash": trace.head_hash}
    with noting(audit, caller, "trace.erased", "trace", trace.id, details):
        count = 0
        for segment in store.segments(trace.workspace_id, trace.id, 0):
            if segment.first_index > trace.last_index:
                break
            after, gone = without(segment, selection.holds)
            if gone and not eraser.rewrite(trace.workspace_id, trace.id, segment, after):
                raise Busy("the trace was changed meanwhile; ask again")
            count += len(gone)
        trace = _forget(store, env, trace)
    return Erased(trace.id, count, trace.event_count, trace.head_hash)


def _chosen(store: LedgerStore, trace: Trace, selection: Selection) -> int:
    """How many events are chosen. Raises `NotFound` when one that is named is not there."""
    missing = set(selection.event_ids or ())
    count = 0
    for event in ledger.read_events(store, trace):
        if selection.holds(event):
            count += 1
        missing.discard(event.id)
    if missing:
        raise NotFound(f"event not found: {min(missing)}")
    return count


def _details(selection: Selection, reason: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"from_index": selection.from_index, "to_index": selection.to_index, "reason": reason}
    if selection.types is not None:
        said["types"] = sorted(selection.types)
    if selection.event_ids is not None:
        said["event_ids"] = sorted(selection.event_ids)[:100]
    return {name: value for name, value in said.items() if value is not None}


def _forget(store: LedgerStore, env: Env, trace: Trace) -> Trace:
    """HEAD repeats the first prompt and the last title: as the segments have them now."""
    for attempt in range(_ATTEMPTS):
        prompt = title = None
        for segment in store.segments(trace.workspace_id, trace.id, 0):
            if segment.first_index > trace.last_index:
                break
            prompt = prompt or segment.delta.prompt
            title = segment.delta.title or title
        if (prompt, title) == (trace.prompt, trace.title):
            return trace
        after = trace.rewritten(env.now(), prompt=prompt, title=title)
        if store.write_head(after, trace.version):
            return after
        env.pause(attempt)
        trace = ledger.settle(store, ledger.living(store.head(trace.workspace_id, trace.id)))
    raise Busy("too many writers on this trace at once; ask again")
