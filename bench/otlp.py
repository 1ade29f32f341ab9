"""Spans over OTLP/HTTP against `wakeline serve`: 100-span requests of 20-span traces from 4 client processes.

The store grows from 10 000 to 100 000 spans. A span counts as visible once its trace is in the list that GET answers
with; at the end every trace's number of events is read back through GET, and some traces whole. Reading is measured at
once, while the workers of the stack still have a backlog, and again when they are at rest.
"""

import http.client
import json
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from bench.spans import EVENTS_A_TRACE, SPANS_A_REQUEST, SPANS_A_TRACE, TRACES_A_REQUEST, request_body
from local.seeds import ADMIN_KEY

CLIENTS = 4
STEPS = (10_000, 25_000, 50_000, 100_000)
READS = 200
HEADERS = {"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/x-protobuf"}


def main() -> None:
    """Print one line per step: visible spans a second, and what reading costs by then."""
    print("\notlp: 100-span protobuf requests of 20-span traces, 4 client processes, wakeline serve")
    print(f"{'spans':>8} {'visible/s':>10} {'request p50':>12} {'p99':>7} {'list 20 p50':>14} {'trace p50':>14}")
    with _server() as (port, process_id):
        traces: list[str] = []
        _step(port, SPANS_A_REQUEST * CLIENTS)  # imports, connections, first prices
        done = SPANS_A_REQUEST * CLIENTS
        for goal in STEPS:
            made, took, waits = _step(port, goal - done)
            traces += made
            rate = (goal - done) / took
            done = goal
            at_once = _reads(port, traces)
            _rest(process_id)
            listed, one = (f"{busy:.1f} / {idle:.1f}" for busy, idle in zip(at_once, _reads(port, traces), strict=True))
            waits.sort()
            middle, worst = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
            print(
                f"{goal:>8} {rate:>10.0f} {middle:>9.1f} ms {worst:>4.0f} ms {listed:>11} ms {one:>11} ms",
                flush=True,
            )
        _check(port, traces, done)


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    """A `wakeline serve` of its own, gone when the block ends: its port and the id of its process."""
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "-c", "import sys; from local.cli import main; sys.exit(main())", "serve"]
        process = subprocess.Popen(
            [*command, "--no-sample", "--port", "0", "--plan", "unlimited"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "POWERTOOLS_LOG_LEVEL": "ERROR", "POWERTOOLS_METRICS_DISABLED": "true"},
        )
        try:
            if process.stdout is None:
                raise RuntimeError("no output to read the port from")
            ready = next((line for line in process.stdout if line.startswith("ready ")), None)
            if ready is None:
                raise RuntimeError("wakeline serve did not start")
            yield int(ready.rsplit(":", 1)[1]), process.pid
        finally:
            process.terminate()
            process.wait(30)


def _reads(port: int, traces: list[str]) -> tuple[float, float]:
    """The median milliseconds of the newest twenty and of one trace."""
    return _p50(port, "/api/v1/traces?limit=20", READS), _p50(port, "/api/v1/traces/{}", READS, traces)


def _rest(process_id: int) -> None:
    """Until the server does nothing for a second, that is less than a twentieth of one of its processor's time."""
    stat = Path(f"/proc/{process_id}/stat")
    before = -math.inf
    while True:
        # Behind the name, which may hold spaces: fields 14 and 15 are its ticks (proc_pid_stat(5)).
        ticks = sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
        if ticks - before < os.sysconf("SC_CLK_TCK") / 20:
            return
        before = ticks
        time.sleep(1)


def _step(port: int, spans: int) -> tuple[list[str], float, list[float]]:
    """Send spans. Their trace ids, the seconds until all are visible, and what each request took in milliseconds."""
    requests = spans // SPANS_A_REQUEST
    shares = [requests // CLIENTS + (client < requests % CLIENTS) for client in range(CLIENTS)]
    context = multiprocessing.get_context("spawn")
    results: Queue[tuple[list[str], list[float]]] = context.Queue()
    start = context.Barrier(CLIENTS + 1)
    before = _total(port)
    clients = [context.Process(target=_send, args=(port, share, start, results)) for share in shares]
    for client in clients:
        client.start()
    start.wait()
    began = time.perf_counter()
    answers = [results.get() for _ in clients]
    traces = [trace for ids, _ in answers for trace in ids]
    while _total(port) < before + len(traces):
        time.sleep(0.02)
    took = time.perf_counter() - began
    for client in clients:
        client.join()
    return traces, took, [wait for _, waits in answers for wait in waits]


def _send(port: int, count: int, start: Any, results: "Queue[tuple[list[str], list[float]]]") -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    traces: list[str] = []
    waits: list[float] = []
    start.wait()
    for _ in range(count):
        ids = [os.urandom(16) for _ in range(TRACES_A_REQUEST)]
        body = request_body(ids)
        sent = time.perf_counter()
        connection.request("POST", "/v1/traces", body, HEADERS)
        answer = connection.getresponse()
        said = answer.read()
        waits.append((time.perf_counter() - sent) * 1000)
        if answer.status != 200 or said:
            raise RuntimeError(f"{answer.status} {said[:200]!r}")
        traces += [each.hex() for each in ids]
    results.put((traces, waits))


def _get(connection: http.client.HTTPConnection, path: str) -> Any:
    connection.request("GET", path, headers=HEADERS)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"GET {path}: {answer.status}")
    return json.loads(body)


def _total(port: int) -> int:
    total: int = _get(http.client.HTTPConnection("127.0.0.1", port), "/api/v1/traces?limit=1")["pagination"]["total"]
    return total


def _p50(port: int, path: str, count: int, traces: list[str] | None = None) -> float:
    """The median milliseconds of a GET on one connection; `{}` in the path becomes a trace chosen at random."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    chance = random.Random(1)
    took = []
    for _ in range(count):
        asked = path.format(chance.choice(traces)) if traces else path
        began = time.perf_counter()
        _get(connection, asked)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _check(port: int, traces: list[str], spans: int) -> None:
    """Read back how many events each trace has, and a hundred traces with all their spans."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    events: dict[str, int] = {}
    cursor = ""
    while True:
        page = _get(connection, f"/api/v1/traces?limit=100{cursor}")
        events |= {trace["id"]: trace["event_count"] for trace in page["data"]}
        if page["pagination"]["next_cursor"] is None:
            break
        cursor = f"&cursor={page['pagination']['next_cursor']}"
    short = [trace for trace in traces if events.get(trace) != EVENTS_A_TRACE]
    for trace in random.Random(2).sample(traces, 100):
        if _count(_get(connection, f"/api/v1/traces/{trace}")["spans"]) != SPANS_A_TRACE:
            short.append(trace)
    found = len(events) * SPANS_A_TRACE
    print(f"read back: {len(events)} traces, {found} of {spans} spans, {len(short)} traces incomplete")


def _count(spans: list[dict[str, Any]]) -> int:
    return sum(1 + _count(span["children"]) for span in spans)
