"""Long traces: appending to, verifying and reading them, the memory that takes, and the bytes that are stored."""

import os
import statistics
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.machine import table
from bench.rig import Rig, rig
from bench.workload import made_up
from local.capacity import item_size
from local.engine import record_calls
from local.metering import wire

SIZES = (1_000, 10_000, 100_000)
BATCH = 500
ROUNDS = 3


def main() -> None:
    """Print a table: a row per length of the trace."""
    rows = [_measure(size) for size in SIZES]
    table(
        "Ledger: verify and read",
        (
            "events",
            "verify s",
            "events/s",
            "MB/s",
            "+MB RSS",
            "read s",
            "read events/s",
            "+MB RSS",
            "stored B/event",
            "append of 100: calls",
            "RCU",
            "WCU",
            "ms",
        ),
        rows,
        f"Made-up events in batches of {BATCH}. Verify: median of {ROUNDS} requests. Read: all pages of"
        " 1 000 events. MB/s counts JSON as sent. RSS: the peak above what the process had before, with the"
        " embedded engine and the stored trace in it.",
    )


def _measure(size: int) -> tuple[object, ...]:
    with rig() as running:
        trace = "bench-long"
        running.call("POST", "/api/traces", {"id": trace, "agent": "bench-agent"})
        sent = 0
        for at in range(0, size, BATCH):
            request = running.event("POST", f"/api/traces/{trace}/events", {"events": made_up(at, BATCH)})
            sent += len(request["body"]) * 3 // 4  # the body is base64
            running.invoke(request)
        stored = _stored(running, trace)
        verify, verify_memory = _timed(lambda: _verify(running, trace, size), ROUNDS)
        read, read_memory = _timed(lambda: _read(running, trace, size), 1)
        more = running.event("POST", f"/api/traces/{trace}/events", {"events": made_up(size, 100)})
        with record_calls() as calls:
            running.invoke(more)
        last = [
            running.event("POST", f"/api/traces/{trace}/events", {"events": made_up(size + 100 * (number + 1), 100)})
            for number in range(9)
        ]
        appended = statistics.median(_timed(partial(running.invoke, each), 1)[0] for each in last)
    return (
        size,
        verify,
        size / verify,
        sent / 1e6 / verify,
        verify_memory,
        read,
        size / read,
        read_memory,
        stored / size,
        len(calls.dynamodb),
        calls.rcu,
        calls.wcu,
        appended * 1000,
    )


def _verify(running: Rig, trace: str, size: int) -> None:
    found = running.call("GET", f"/api/v1/traces/{trace}/verify")
    if not found["valid"] or found["event_count"] != size:
        raise RuntimeError(f"the trace does not verify: {found}")


def _read(running: Rig, trace: str, size: int) -> None:
    count, query = 0, "limit=1000"
    while query:
        page = running.call("GET", f"/api/traces/{trace}/events", query=query)
        count += len(page["events"])
        query = f"limit=1000&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    if count != size:
        raise RuntimeError(f"read {count} events of {size}")


def _stored(running: Rig, trace: str) -> int:
    """Bytes of the trace's items as DynamoDB counts them."""
    with running.engine.lock:
        partitions = [each for one in running.engine.tables().values() for each in one.items.values()]
        items = [wire(item) or {} for partition in partitions for item in partition.values()]
    return sum(item_size(item) for item in items if item["pk"]["S"].endswith(f"#{trace}"))


def _timed(run: Callable[[], object], times: int) -> tuple[float, float]:
    """The median seconds of some runs, and by how many megabytes memory peaked (0 where /proc is absent)."""
    taken = []
    with _Peak() as peak:
        for _ in range(times):
            began = time.perf_counter()
            run()
            taken.append(time.perf_counter() - began)
    return statistics.median(taken), peak.megabytes


class _Peak:
    """Looks at the resident set every few milliseconds, from a thread, until the block ends."""

    def __enter__(self) -> "_Peak":
        self._first = self._most = _resident()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def megabytes(self) -> float:
        """How much more there was at most than at the start."""
        return (self._most - self._first) / 1e6

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            self._most = max(self._most, _resident())


def _resident() -> int:
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0
