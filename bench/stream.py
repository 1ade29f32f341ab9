"""The live side over HTTP, on `wakeline serve`: from append to delivery, and many watchers who come and go."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.live_clients import Seen, Target, post, run_all, watch_sse, watch_websocket
from bench.machine import table
from bench.rig import ROOT
from bench.workload import made_up
from local import seeds

EVENTS, BATCH, WRITERS, CLIENTS = 10_000, 25, 8, 20
DROP = 0.01
"""How likely a client is cut off after a chunk or message."""


def main() -> None:
    """Print both tables."""
    with serving() as target:
        delays = asyncio.run(_delays(target, 60))
    rows = [[f"append → {name}", statistics.median(took), _p95(took), max(took)] for name, took in delays.items()]
    table("Append to delivery, one event at a time, one watcher of each kind, ms", ["", "p50", "p95", "max"], rows)
    with serving() as target:
        wrote, took, clients = asyncio.run(many(target, EVENTS, BATCH, WRITERS, CLIENTS, DROP))
    faults = [fault for seen in clients.values() for fault in [verdict(seen, EVENTS)] if fault]
    table(
        f"{CLIENTS} SSE and {CLIENTS} WebSocket watchers, {WRITERS} writers, {EVENTS} events in batches of {BATCH}",
        ["", ""],
        [
            ["events a second written meanwhile", EVENTS / wrote],
            ["seconds until all were seen by all", took],
            ["connections made", sum(seen.connections for seen in clients.values())],
            ["watchers that missed, repeated or disordered", len(faults)],
            ["orders seen", len({tuple(seen.events) for seen in clients.values()})],
        ],
    )


@contextmanager
def serving() -> Iterator[Target]:
    """A fresh stack in a process of its own."""
    command = [sys.executable, "-m", "local.cli", "serve", "--no-sample", "--port", "0"]
    path = os.pathsep.join((str(ROOT), str(ROOT / "functions"), str(ROOT / "layers" / "core" / "python")))
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("no output")
            url = next(line.split()[1] for line in process.stdout if line.startswith("ready "))
            host, _, port = url.removeprefix("http://").rpartition(":")
            time.sleep(2)  # until the handlers are imported
            yield Target(host, int(port), seeds.PROJECT_KEY)
        finally:
            process.terminate()


async def _delays(target: Target, count: int) -> dict[str, list[float]]:
    """Milliseconds from sending an append to its arrival, by kind of watcher."""
    sent: dict[str, float] = {}
    took: dict[str, list[float]] = {"SSE": [], "WebSocket": []}

    def noted(kind: str) -> Seen:
        def arrived(event: dict[str, Any]) -> None:
            took[kind].append((time.perf_counter() - sent[event["idempotency_key"]]) * 1000)

        return Seen(on_event=arrived)

    async def write() -> None:
        await asyncio.sleep(0.5)
        trace = await post(target, "/api/traces", {})
        for number, event in enumerate(made_up(0, count)):
            key = event["idempotency_key"]
            sent[key] = time.perf_counter()
            await post(target, f"/api/traces/{_id(trace)}/events", {"events": [event]})
            await asyncio.sleep(0.1 + number % 7 / 30)

    def enough(seen: Seen) -> bool:
        return len(seen.events) >= count

    await run_all(
        [
            watch_sse(target, noted("SSE"), {}, enough, 0),
            watch_websocket(target, noted("WebSocket"), {}, enough, 0),
            write(),
        ],
        120,
    )
    return took


async def many(
    target: Target, events: int, batch: int, writers: int, clients: int, drop: float, seconds: float = 600
) -> tuple[float, float, dict[str, Seen]]:
    """Writers append, clients watch and are cut off: seconds written, seconds until all was seen, what was seen."""
    began = time.perf_counter()
    written = 0.0
    seen = {f"{kind}{number}": Seen() for kind in ("sse", "ws") for number in range(clients)}

    async def write(writer: int) -> None:
        nonlocal written
        trace = await post(target, "/api/traces", {})
        share = events // writers
        for at in range(0, share, batch):
            some = made_up(writer * share + at, min(batch, share - at))
            await post(target, f"/api/traces/{_id(trace)}/events", {"events": some})
        written = time.perf_counter() - began

    def enough(one: Seen) -> bool:
        return one.last >= events

    watchers = [
        (watch_sse if name.startswith("sse") else watch_websocket)(target, one, {"after_seq": 0}, enough, drop)
        for name, one in seen.items()
    ]
    await run_all([*watchers, *(write(number) for number in range(writers))], seconds)
    return written, time.perf_counter() - began, seen


def verdict(seen: Seen, events: int) -> str:
    """What is wrong with what a client saw, in words; empty when it is the whole feed, each number once, in order."""
    numbers = [number for number, _, _ in seen.events]
    if numbers != sorted(numbers):
        return "out of order"
    if len(set(numbers)) != len(numbers) or len({event for _, _, event in seen.events}) != len(numbers):
        return "something came twice"
    return "" if numbers == list(range(1, events + 1)) else f"{events - len(numbers)} missing"


def _id(trace: dict[str, Any]) -> str:
    return str(trace.get("trace_id") or trace.get("id") or trace["trace"]["id"])


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
