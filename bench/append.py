"""Appending: events per second through the real handler, and what an append costs in DynamoDB."""

import json
import statistics
import time
from typing import Any

from bench.machine import skipped, table
from bench.rig import NO_REAL, Rig, rig
from bench.workload import made_up, real
from local.engine import record_calls

BATCHES = (1, 10, 100, 500)
ROUNDS = 3
APPENDS = {1: 200, 10: 100, 100: 40, 500: 12}
"""How many appends of a batch size make one measured run."""


def main() -> None:
    """Print a table for made-up events, and one for those of the real transcripts."""
    with rig() as running:
        _measure(running, "made-up events", made_up(0, 6000))
        events = real()
        if events:
            _measure(running, "the events of the real transcripts", events)
        else:
            skipped("Append: the events of the real transcripts", NO_REAL)


def _measure(running: Rig, what: str, events: list[dict[str, Any]]) -> None:
    rows = []
    for size in BATCHES:
        batches = [events[at : at + size] for at in range(0, len(events), size)][: APPENDS[size]]
        taken = []
        for _ in range(ROUNDS):
            trace = _new_trace(running)
            requests = [_request(running, trace, batch) for batch in batches]
            began = time.perf_counter()
            for request in requests:
                running.invoke(request)
            taken.append(time.perf_counter() - began)
        # Costs are taken apart from times, since weighing the items takes time.
        trace = _new_trace(running)
        with record_calls() as calls:
            for batch in batches:
                running.invoke(_request(running, trace, batch))
        count = sum(map(len, batches))
        appends = len(batches)
        seconds = statistics.median(taken)
        rows.append(
            (
                size,
                count / seconds,
                seconds / appends * 1000,
                len(calls.dynamodb) / appends,
                calls.rcu / appends,
                calls.wcu / appends,
                calls.wcu / count,
            )
        )
    head = ("batch", "events/s", "ms/append", "calls/append", "RCU/append", "WCU/append", "WCU/event")
    mean = statistics.mean(len(json.dumps(event)) for event in events)
    table(
        f"Append: {what}",
        head,
        rows,
        f"{len(events):,} events, {mean:,.0f} bytes each on average. A call to authenticate and count is included.",
    )


def _new_trace(running: Rig) -> str:
    return str(running.call("POST", "/api/traces", {"agent": "bench-agent"})["trace"]["id"])


def _request(running: Rig, trace: str, batch: list[dict[str, Any]]) -> dict[str, Any]:
    return running.event("POST", f"/api/traces/{trace}/events", {"events": batch})
