"""A DynamoDB on loopback that knows only what the embedded engine answered to the same requests before."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.rig import Refused, Rig
from local import seeds
from local.engine import Answer
from wakeline.services import redacting


@dataclass
class Script:
    """The answers of one run, by operation, in their order."""

    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, operation: str, answer: Answer) -> None:
        """Remember one answer of the engine."""
        status, _, body = answer
        said = body if isinstance(body, str) else bytes(body).decode()
        self.answers[operation].append((status, _for_hours(said) if operation == "UpdateItem" else said.encode()))


def _for_hours(said: str) -> bytes:
    """An answer that authenticates, made to do so in the minutes to come too: each has a counter of its own."""
    answer = json.loads(said)
    attributes = answer.get("Attributes", {})
    for name in [name for name in attributes if name[0] in "rw" and name[1:].isdigit()]:
        attributes |= {f"{name[0]}{int(name[1:]) + minutes}": attributes[name] for minutes in range(180)}
    return json.dumps(answer).encode()


def record(rig: Rig, event: dict[str, Any]) -> Script:
    """Run a request on the engine and keep what its DynamoDB said. Raises Refused for an error answer, and for a
    request that asks another service, too.
    """
    script = Script()
    others: set[str] = set()

    def listen(service: str, operation: str, _request: object, answer: Answer) -> None:
        if service == "dynamodb":
            script.add(operation, answer)
        else:
            others.add(service)

    redacting.forget(seeds.WORKSPACE)  # a fresh process asks what is to be redacted
    rig.engine.after_call.append(listen)
    rig.engine.direct = False  # or the hot calls would go past the listener
    try:
        rig.invoke(event)
    finally:
        rig.engine.direct = True
        rig.engine.after_call.remove(listen)
    if others:
        raise Refused(f"{event['httpMethod']} {event['path']} asks {', '.join(sorted(others))}")
    return script


class Replay:
    """A running server. `play` sets what it answers from now on."""

    def __init__(self) -> None:
        self._left: dict[str, deque[tuple[int, bytes]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def play(self, answers: Mapping[str, list[tuple[int, bytes]]]) -> None:
        """Answer as recorded, from the beginning."""
        self._left = {operation: deque(each) for operation, each in answers.items()}

    def next(self, operation: str) -> tuple[int, bytes]:
        """The next answer to an operation; a 400 where the recording had no such call."""
        left = self._left.get(operation)
        return left.popleft() if left else (400, json.dumps({"__type": "NotRecorded", "message": operation}).encode())

    @contextmanager
    def running(self) -> Iterator["Replay"]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


def _handler(replay: Replay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = replay.next(self.headers["X-Amz-Target"].rsplit(".", 1)[1])
            self.send_response_only(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: it would end up among the tables."""

    # Header and body leave in two writes; with Nagle's algorithm the second waits 40 ms for an acknowledgement.
    Handler.disable_nagle_algorithm = True
    Handler.wbufsize = -1
    return Handler
