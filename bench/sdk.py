"""What recording costs an agent: per step beside no recording and beside OpenTelemetry, and with the server away.

Each run is a fresh process; a stub server in another one takes what comes and answers at once.
"""

import json
import statistics
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from bench.machine import describe, table

STEPS = 20_000
RUNS = 5
EVENTS_AWAY = 1_000_000
NOBODY = "http://127.0.0.1:9"


class Sink(BaseHTTPRequestHandler):
    """Takes every POST."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"accepted": 1, "rejected": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _serve(to: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    to.send(server.server_address[1])
    server.serve_forever()


def _run(variant: str, url: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.sdk_child", variant, url, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _overhead(url: str) -> None:
    runs: dict[str, list[dict[str, Any]]] = {"nothing": [], "wakeline": [], "opentelemetry": []}
    # Turn by turn, so that what else the machine does meets all alike.
    for _ in range(RUNS):
        for variant, results in runs.items():
            results.append(_run(variant, url, STEPS))

    def micro(variant: str, name: str) -> float:
        return float(statistics.median(each[name] for each in runs[variant])) / STEPS * 1e6

    bare, own = micro("nothing", "seconds"), micro("nothing", "own_cpu")
    rows = [
        (variant, micro(variant, "seconds") - bare, micro(variant, "own_cpu") - own, micro(variant, "all_cpu"))
        for variant in ("wakeline", "opentelemetry")
    ]
    head = ("recorded by", "µs a span, wall", "µs a span, agent's thread", "µs a span, process CPU in all")
    note = f"{STEPS:,} spans, median of {RUNS} runs, above the same agent without recording ({bare:.1f} µs a step)."
    table("What a span costs the agent", head, rows, note)


def _away() -> None:
    result = _run("away", NOBODY, EVENTS_AWAY // 2)
    row = (EVENTS_AWAY, result["seconds"] / EVENTS_AWAY * 1e6, result["grown_kib"] / 1024, result["said"]["dropped"])
    head = ("events", "µs an event", "MiB of memory above the start", "dropped and counted")
    table("The server away, no disk allowed, memory bound 32 MiB", head, [row])


def main() -> None:
    """Print both tables."""
    ours, theirs = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        _overhead(f"http://127.0.0.1:{ours.recv()}")
        _away()
    finally:
        server.terminate()


if __name__ == "__main__":
    print(describe(), flush=True)
    main()
