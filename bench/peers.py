"""Wakeline's local stack, Arize Phoenix and MLflow, side by side: the same OTLP spans, one machine, one run.

    make bench-peers                       # installs Phoenix and MLflow into .venv-peers; 1,000 and 10,000 spans
    make bench-peers ARGS="1000 10000 100000"

One server runs at a time, on a free port of 127.0.0.1 with an empty folder, with its defaults and its telemetry off.
All three keep their data on disk: Phoenix and MLflow in SQLite, the local stack in a journal of its embedded engine.
"""

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.machine import describe, table
from bench.rig import ROOT
from bench.spans import SPANS_A_REQUEST, SPANS_A_TRACE, TRACES_A_REQUEST, request_body
from local.seeds import ADMIN_KEY

SIZES = (1_000, 10_000)
CLIENTS = 2
READS = 30
VISIBLE = 10
LONGEST = 900.0
"""Seconds that anything is waited for."""
BIN = ROOT / ".venv-peers" / "bin"


class Peer(ABC):
    """One server: how it is started, and how it is asked for the same three things."""

    name: ClassVar[str]
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, str]]:
        """What runs it, and its environment."""

    @abstractmethod
    def count(self) -> int:
        """Traces that can be listed by now."""

    @abstractmethod
    def list_twenty(self) -> int:
        """Ask for the newest twenty traces; how many came."""

    @abstractmethod
    def spans_of(self, trace_id: str) -> int:
        """Ask for one trace whole; how many spans came, 0 for a trace that is not there yet."""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; None for a status of 400 or more."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {**self.headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return json.loads(content) if answer.status < 400 and content else None


class Wakeline(Peer):
    """The local stack."""

    name = "Wakeline, local stack"
    headers: ClassVar[dict[str, str]] = {"Authorization": f"Bearer {ADMIN_KEY}"}

    def command(self) -> tuple[list[str], dict[str, str]]:
        """`wakeline serve` that keeps its data."""
        run = "import sys; from local.cli import main; sys.exit(main())"
        serve = ["serve", "--no-sample", "--port", str(self.port), "--plan", "unlimited", "--data", str(self.folder)]
        return [sys.executable, "-c", run, *serve], {"POWERTOOLS_LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}

    def count(self) -> int:
        """The list's total."""
        page = self.ask("GET", "/api/v1/traces?limit=1")
        return int(page["pagination"]["total"]) if page else 0

    def list_twenty(self) -> int:
        """A page."""
        return len(self.ask("GET", "/api/v1/traces?limit=20")["data"])

    def spans_of(self, trace_id: str) -> int:
        """A tree of spans."""
        trace = self.ask("GET", f"/api/v1/traces/{trace_id}")
        return _nested(trace["spans"]) if trace else 0


class Phoenix(Peer):
    """Arize Phoenix."""

    name = "Arize Phoenix"

    def command(self) -> tuple[list[str], dict[str, str]]:
        """`phoenix serve`, SQLite."""
        return [str(BIN / "phoenix"), "serve"], {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(self.port),
            "PHOENIX_GRPC_PORT": str(_free_port()),
            "PHOENIX_WORKING_DIR": str(self.folder),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        }

    def count(self) -> int:
        """By GraphQL, as its own page does."""
        query = "{ projects { edges { node { name recordCount } } } }"
        answer = self.ask("POST", "/graphql", {"query": query})
        edges = answer["data"]["projects"]["edges"] if answer else []
        return sum(int(edge["node"]["recordCount"]) for edge in edges) // SPANS_A_TRACE

    def list_twenty(self) -> int:
        """A page."""
        return len(self.ask("GET", "/v1/projects/default/traces?limit=20")["data"])

    def spans_of(self, trace_id: str) -> int:
        """The spans with that trace's id."""
        found = self.ask("GET", f"/v1/projects/default/spans?limit=100&trace_id={trace_id}")
        return len(found["data"]) if found else 0


class MLflow(Peer):
    """MLflow's tracking server."""

    name = "MLflow"
    headers: ClassVar[dict[str, str]] = {"x-mlflow-experiment-id": "0"}

    def command(self) -> tuple[list[str], dict[str, str]]:
        """`mlflow server`, SQLite."""
        store = ["--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db"]
        artifacts = ["--default-artifact-root", str(self.folder / "artifacts")]
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        return [str(BIN / "mlflow"), "server", *where, *store, *artifacts], {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }

    def count(self) -> int:
        """By walking its pages: it has no total."""
        found, token = 0, ""
        while True:
            page = self._search(500, token)
            found += len(page.get("traces", []))
            token = page.get("next_page_token", "")
            if not token:
                return found

    def list_twenty(self) -> int:
        """A page."""
        return len(self._search(20)["traces"])

    def spans_of(self, trace_id: str) -> int:
        """A trace with its spans."""
        answer = self.ask("GET", f"/api/3.0/mlflow/traces/get?trace_id=tr-{trace_id}")
        return len(answer["trace"]["spans"]) if answer else 0

    def _search(self, results: int, token: str = "") -> dict[str, Any]:
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        wanted: dict[str, Any] = {"locations": [place], "max_results": results}
        answer = self.ask("POST", "/api/3.0/mlflow/traces/search", wanted | ({"page_token": token} if token else {}))
        return answer or {}


def main(arguments: list[str]) -> None:
    """Print a row per server and size; a server that cannot be measured is named, and the rest is measured."""
    sizes = sorted(int(each) for each in arguments) or list(SIZES)
    rows: list[tuple[object, ...]] = []
    for kind in (Wakeline, Phoenix, MLflow):
        with tempfile.TemporaryDirectory() as folder:
            peer = kind(_free_port(), Path(folder))
            with _running(peer) as process:
                rows += _measure(peer, process, sizes)
    table(
        "Side by side: the same OTLP spans",
        (
            *("server", "spans", "spans/s, accepted", "spans/s, visible", "visible ms", "list 20 ms", "trace ms"),
            *("MB memory", "MB disk"),
        ),
        rows,
        f"{CLIENTS} clients, requests of {SPANS_A_REQUEST} spans in {TRACES_A_REQUEST} traces. *accepted*: answered;"
        " *visible*: until all are counted by the server's own listing; *visible ms*: from sending one more request"
        f" until its last trace is read whole, median of {VISIBLE}; reads are medians of {READS}.",
    )


def _measure(peer: Peer, process: subprocess.Popen[bytes], sizes: list[int]) -> Iterator[tuple[object, ...]]:
    chance = random.Random(1)
    traces: list[str] = []
    _send(peer, _bodies(traces, 1, chance))  # imports and first tables
    _until(lambda: peer.count() >= len(traces))
    for size in sizes:
        before = len(traces)
        bodies = _bodies(traces, (size - before * SPANS_A_TRACE) // SPANS_A_REQUEST, chance)
        began = time.perf_counter()
        _send(peer, bodies)
        accepted = time.perf_counter() - began
        _until(lambda: peer.count() >= len(traces))
        visible = time.perf_counter() - began
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


def _nested(spans: list[dict[str, Any]]) -> int:
    return sum(1 + _nested(span["children"]) for span in spans)


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


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    print(describe(), flush=True)
    main(sys.argv[1:])
