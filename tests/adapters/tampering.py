"""An intruder's tools: a recorded trace, changed behind the ledger's back, and what verify says of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from tests.factories import WORKSPACE, batch, llm_call, make_trace, message, tool_call
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters.dynamodb import ledger as segment_items
from wakeline.adapters.dynamodb import table
from wakeline.adapters.dynamodb import traces as head_items
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.delta import delta_of
from wakeline.domain.segments import Damaged, Segment, decode, encode_body, recompute
from wakeline.domain.trace import Trace
from wakeline.services import ledger, traces

TRACE = "trc_1"
CALLER = Caller(WORKSPACE, None, "key_1", "key", frozenset({"admin"}), "free")

NAMED = {
    "span_id": "span_1",
    "parent_id": "span_0",
    "actor": {"type": "human_reviewer", "name": "Ada"},
    "timestamp": "2026-03-21T12:00:01.000Z",
    "metadata": {"note": "kept"},
}


def record(store: Any, trace_id: str = TRACE, workspace_id: str = WORKSPACE) -> None:
    """Four segments of three events each; every optional field of an event is used."""
    made = recorded(trace_id, workspace_id)
    store.create(made.traces[workspace_id, trace_id])
    for segment in made.segments(workspace_id, trace_id):
        store.put_segment(workspace_id, trace_id, segment)


@cache
def recorded(trace_id: str, workspace_id: str) -> MemoryLedger:
    store, env = MemoryLedger(), fixed_env()
    store.create(make_trace(trace_id, workspace_id, name="a run", metadata={"team": "red"}, tags=["one"], author="ada"))
    for n in range(4):
        events = batch(
            message(f"text {n}", idempotency_key=f"key-{n}", **NAMED),
            llm_call() | {"idempotency_key": f"call-{n}", "metadata": {"n": n}},
            tool_call(f"Tool{n}", idempotency_key=f"tool-{n}", **NAMED),
        )
        assert ledger.append(store, env, workspace_id, trace_id, events).accepted == 3
    return store


def segments(store: Any, trace_id: str = TRACE, workspace_id: str = WORKSPACE) -> list[Segment]:
    return list(store.segments(workspace_id, trace_id))


def overwrite(store: Any, segment: Segment) -> None:
    """Put a segment where it says, whatever stands there, sealed as an intruder would."""
    if isinstance(store, MemoryLedger):
        store.stored.setdefault((WORKSPACE, TRACE), {})[segment.first_index] = segment
    else:
        item = segment_items.to_item(WORKSPACE, TRACE, segment)
        table.dynamodb().put_item(TableName=table.name(), Item=table.typed_item(item))


def overwrite_head(store: Any, trace: Trace) -> None:
    if isinstance(store, MemoryLedger):
        store.traces[trace.workspace_id, trace.id] = trace
    else:
        table.dynamodb().put_item(TableName=table.name(), Item=table.typed_item(head_items.to_item(trace)))


def head(store: Any) -> Trace:
    return store.head(WORKSPACE, TRACE)


def verify(store: Any) -> traces.Verification:
    return traces.verify(store, fixed_env(), CALLER, TRACE)


def assert_found(store: Any, at: str | None = None) -> traces.Verification:
    found = verify(store)
    assert not found.valid
    assert found.reason
    assert found.first_invalid_event
    assert at is None or found.first_invalid_event == at
    return found


def rebuilt(segment: Segment, lines: list[bytes], *, adapted: bool) -> Segment:
    """A segment of other lines; `adapted` also makes what it says of itself fit them."""
    segment = replace(segment, body=encode_body(lines))
    if not adapted:
        return segment
    events = list(segment.events())
    delta = delta_of(events, segment.delta.keys, segment.delta.source)
    return replace(
        segment,
        count=len(events),
        first_seq=events[0].seq if events else 0,
        last_seq=events[-1].seq if events else 0,
        head_hash=events[-1].integrity_hash if events else segment.prev_hash,
        delta=delta,
    )


def adapted_if_it_can_be(segment: Segment, lines: list[bytes]) -> Segment:
    """`rebuilt`, adapted unless the lines cannot even be read as events."""
    try:
        return rebuilt(segment, lines, adapted=True)
    except (Damaged, KeyError):
        return rebuilt(segment, lines, adapted=False)


def rehashed(line: bytes, prev_hash: bytes) -> bytes:
    """A line with the integrity hash that its content asks for."""
    return b"\t".join((recompute(line, decode(line, prev_hash)).hex().encode(), *line.split(b"\t")[1:]))


def edit(line: bytes, **changes: Callable[[Any], Any]) -> bytes:
    """A line with some of its four fields changed; `envelope` and `content` as parsed JSON."""
    own_hash, salt, envelope, content = line.split(b"\t")
    if "own_hash" in changes:
        own_hash = changes["own_hash"](own_hash)
    if "salt" in changes:
        salt = changes["salt"](salt)
    if "envelope" in changes:
        envelope = canonical(changes["envelope"](json.loads(envelope)))
    if "content" in changes:
        content = canonical(changes["content"](json.loads(content)))
    return b"\t".join((own_hash, salt, envelope, content))
