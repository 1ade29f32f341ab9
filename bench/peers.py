"""Wakeline's local stack, Arize Phoenix and MLflow, side by side: the same OTLP spans, one machine, one run.

    make bench-peers                       # installs Phoenix and MLflow into .venv-peers; 1,000 and 10,000 spans
    make bench-peers ARGS="1000 10000 100000"

One server runs at a time, on a free port of 127.0.0.1 with an empty folder, with its defaults and its telemetry off.
All three keep their data on disk: Phoenix and MLflow in SQLite, the local stack in a journal of its embedded engine.
"""

import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.machine import describe, table
from bench.peer_servers import MLflow, Peer, Phoenix, Wakeline, free_port
from bench.spans import SPANS_A_REQUEST, SPANS_A_TRACE, TRACES_A_REQUEST, request_body

SIZES = (1_000, 10_000)
CLIENTS = 2
READS = 30
VISIBLE = 10
LONGEST = 900.0
"""Seconds that anything is waited for."""


def main(arguments: list[str]) -> None:
    """Print a row per server and size; a server that cannot be measured is named, and the rest is measured."""
    sizes = sorted(int(each) for each in arguments) or list(SIZES)
    rows: list[tuple[object, ...]] = []
    for kind in (Wakeline, Phoenix, MLflow):
        with tempfile.TemporaryDirectory() as folder:
            peer = kind(free_port(), Path(folder))
            with _running(peer) as process:
                rows += _measure(peer, process, sizes)
    table(
        "Side by side: the same OTLP spans",
        (
            *("server", "spans", "spans/s, accepted", "spans/s, visible", "visible ms", "list 20 ms", "trace ms"),
            *("CPU ms/span", "MB memory", "MB disk"),
        ),
        rows,
        f"{CLIENTS} clients, requests of {SPANS_A_REQUEST} spans in {TRACES_A_REQUEST} traces. *accepted*: answered;"
        " *visible*: until all are counted by the server's own listing; *visible ms*: from sending one more request"
        f" until its last trace is read whole, median of {VISIBLE}; reads are medians of {READS}; *CPU*: the"
        " server's processor time from the first span sent until all are visible, which depends least on other work.",
    )


def _measure(peer: Peer, process: subprocess.Popen[bytes], sizes: list[int]) -> Iterator[tuple[object, ...]]:
    chance = random.Random(1)
    traces: list[str] = []
    _send(peer, _bodies(traces, 1, chance))  # imports and first tables
    _until(lambda: peer.count() >= len(traces))
    for size in sizes:
        before = len(traces)
        bodies = _bodies(traces, (size - before * SPANS_A_TRACE) // SPANS_A_REQUEST, chance)
        began, computed = time.perf_counter(), _cpu_seconds(process.pid)
        _send(peer, bodies)
        accepted = time.perf_counter() - began
        _until(lambda: peer.count() >= len(traces))
        visible = time.perf_counter() - began
        computed = _cpu_seconds(process.pid) - computed
        spans = (len(traces) - before) * SPANS_A_TRACE
        seen = [_visible(peer, traces, chance) for _ in range(VISIBLE)]
        listed = [_timed(lambda: _expect(peer.list_twenty(), 20)) for _ in range(READS)]
        read = [_timed(lambda: _expect(peer.spans_of(chance.choice(traces)), SPANS_A_TRACE)) for _ in range(READS)]
        print(f"{peer.name}: {size:,} spans measured, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        yield (
            peer.name,
            size,
            int(spans / accepted),
            int(spans / visible),
            *(statistics.median(each) for each in (seen, listed, read)),
            computed / spans * 1000,
            int(_memory(process.pid) / 1e6),
            sum(each.stat().st_size for each in peer.folder.rglob("*") if each.is_file()) / 1e6,
        )


def _bodies(traces: list[str], requests: int, chance: random.Random) -> list[bytes]:
    """So many requests; the traces' ids are added to `traces`. No two spans have one id: Phoenix would keep one."""
    made = []
    for _ in range(requests):
        ids = [chance.randbytes(16) for _ in range(TRACES_A_REQUEST)]
        traces += [trace.hex() for trace in ids]
        request = ExportTraceServiceRequest.FromString(request_body(ids))
        for span in request.resource_spans[0].scope_spans[0].spans:
            span.span_id = _own(span.trace_id, span.span_id)
            span.parent_span_id = _own(span.trace_id, span.parent_span_id) if span.parent_span_id else b""
        made.append(request.SerializeToString())
    return made


def _own(trace_id: bytes, span_id: bytes) -> bytes:
    return trace_id[:6] + span_id[6:]


def _send(peer: Peer, bodies: list[bytes]) -> None:
    """Send the requests from `CLIENTS` threads."""
    failures: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=120)
        headers = {**peer.headers, "Content-Type": "application/x-protobuf"}
        deadline = time.monotonic() + LONGEST
        while not failures:
            try:
                body = bodies.pop()
            except IndexError:
                break
            while True:
                connection.request("POST", "/v1/traces", body, headers)
                answer = connection.getresponse()
                said = answer.read()
                if answer.status not in (429, 503) or time.monotonic() > deadline:
                    break
                time.sleep(0.1)  # as an exporter does that is told to come again
            if answer.status != 200:
                failures.append(f"{peer.name} answered {answer.status}: {said[:200]!r}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])


def _visible(peer: Peer, traces: list[str], chance: random.Random) -> float:
    """Milliseconds from sending one more request until its last trace can be read whole."""
    bodies = _bodies(traces, 1, chance)
    began = time.perf_counter()
    _send(peer, bodies)
    _until(lambda: peer.spans_of(traces[-1]) == SPANS_A_TRACE, pause=0.01)
    return (time.perf_counter() - began) * 1000


def _timed(run: Any) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} came where {wanted} were expected")


def _until(true: Any, pause: float = 0.05) -> None:
    deadline = time.monotonic() + LONGEST
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {LONGEST:.0f} s in vain")
        time.sleep(pause)


@contextmanager
def _running(peer: Peer) -> Iterator["subprocess.Popen[bytes]"]:
    """The server, answering, until the block ends."""
    command, variables = peer.command()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env={**os.environ, **variables}, cwd=peer.folder, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _until(lambda: process.poll() is not None or _answers(peer), pause=0.2)
            if process.poll() is not None:
                log.seek(0)
                raise RuntimeError(f"{peer.name} did not start: {log.read()[-1000:].decode(errors='replace')}")
            yield process
        finally:
            for child in [*_children(process.pid), process.pid]:
                try:
                    os.kill(child, 15)
                except ProcessLookupError:
                    continue
            process.wait(60)


def _answers(peer: Peer) -> bool:
    try:
        peer.count()
    except OSError:
        return False
    return True


def _children(pid: int) -> list[int]:
    """All descendants of a process, the youngest first; Linux only."""
    parents: dict[int, int] = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(each.name)] = int((each / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[:0:-1]


def _memory(pid: int) -> int:
    """Resident bytes of a process and its descendants."""
    pages = 0
    for each in [pid, *_children(pid)]:
        pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process and its living descendants so far."""
    ticks = 0
    for each in [pid, *_children(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print(describe(), flush=True)
    main(sys.argv[1:])
