"""A table with thousands of traces in it, as the ledger writes them, but in batches and so in seconds."""

from typing import Any

from bench.rig import Rig
from bench.workload import made_up
from local import seeds
from wakeline import wiring
from wakeline.adapters.dynamodb import keys, ledger, traces
from wakeline.adapters.dynamodb.table import name, typed_item
from wakeline.domain import times
from wakeline.domain.append import build
from wakeline.domain.events import NewEvent
from wakeline.domain.trace import fold, new_trace

SEGMENTS = 9
EVENTS = 3
"""Per segment."""


def fill(running: Rig, items: int) -> None:
    """Put traces of one HEAD and nine segments into the table until there are `items` items of them, and count them."""
    count = items // (SEGMENTS + 1)
    waiting: list[dict[str, Any]] = []
    for number in range(count):
        waiting += _trace(number)
        if len(waiting) >= 25:
            _put(running, waiting[:25])
            waiting = waiting[25:]
    for project in (None, seeds.PROJECT):
        pk = keys.trace_count_pk(seeds.WORKSPACE, project)
        waiting.append({"pk": pk, "sk": keys.trace_count_sk("bench-0"), "n": count})
    for at in range(0, len(waiting), 25):
        _put(running, waiting[at : at + 25])


def _trace(number: int) -> list[dict[str, Any]]:
    env = wiring.env()
    began = f"2026-{number % 10 + 1:02d}-{number % 28 + 1:02d}T08:{number % 60:02d}:00.000Z"
    trace = new_trace(
        seeds.WORKSPACE,
        f"bench-{number}",
        project_id=seeds.PROJECT,
        created_at=began,
        created_by="bench",
        started_at=began,
        name=f"bench {number}",
        author=f"dev-{number % 20}",
        repo="acme/checkout",
    )
    items = []
    for at in range(0, SEGMENTS * EVENTS, EVENTS):
        sent = [(place, NewEvent.read(event), at + place) for place, event in enumerate(made_up(at, EVENTS))]
        segment, _ = build(trace, sent, times.render(env.now()), lambda: env.new_id("evt"), env.salt)
        trace = fold(trace, segment, segment.delta)
        items.append(ledger.to_item(seeds.WORKSPACE, trace.id, segment))
    return [*items, traces.to_item(trace)]


def _put(running: Rig, items: list[dict[str, Any]]) -> None:
    puts = [{"PutRequest": {"Item": typed_item(item)}} for item in items]
    left = running.engine.client("dynamodb").batch_write_item(RequestItems={name(): puts})["UnprocessedItems"]
    if left:
        raise RuntimeError("the embedded table did not take all items")
