"""A Wakeline that lives in a test: stores what comes, knows repeats, and is away or busy when told."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx

Fault = Callable[[httpx.Request], httpx.Response | None]


class FakeServer:
    """`faults` are asked first, one for each request; an answer of theirs, or what they raise, stands for ours."""

    def __init__(self) -> None:
        self.traces: dict[str, dict[str, Any]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.requests: list[tuple[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.outcomes: dict[str, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.always: Fault | None = None
        self.answers: dict[str, Any] = {}

    def client(self) -> httpx.Client:
        """A client that reaches this server and no network."""
        return httpx.Client(transport=httpx.MockTransport(self._serve))

    def all_events(self) -> list[dict[str, Any]]:
        """Every stored event of every trace."""
        return [event for events in self.events.values() for event in events]

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request.method, request.url.path))
        fault = self.faults.pop(0) if self.faults else self.always
        if fault is not None and (answer := fault(request)) is not None:
            return answer
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, request.content
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if request.method == "PUT":
            self.files[path] = body
            return httpx.Response(200)
        assert request.headers["Authorization"] == "Bearer wl_test"
        if (method_path := f"{request.method} {path}") in self.answers:
            return httpx.Response(200, json=self.answers[method_path])
        said = json.loads(body) if body else {}
        match path.strip("/").split("/"):
            case ["api", "traces"]:
                self.traces.setdefault(said["id"], said)
                return httpx.Response(201, json={"trace": said})
            case ["api", "traces", trace_id, "events"]:
                return self._append(trace_id, said["events"])
            case ["api", "traces", trace_id, "artifacts"]:
                upload = {"url": f"https://s3.test/{said['artifact_id']}", "method": "PUT", "headers": {}}
                artifact = {**said, "storage_path": f"artifacts/{trace_id}/{said['artifact_id']}"}
                return httpx.Response(201, json={"artifact": artifact, "upload": upload})
            case ["api", "v1", "traces", trace_id, "outcome"]:
                self.outcomes[trace_id] = said
                return httpx.Response(204)
        return httpx.Response(404, json={"error": {"code": "not_found", "message": path}})

    def _append(self, trace_id: str, sent: list[dict[str, Any]]) -> httpx.Response:
        if trace_id not in self.traces:
            return httpx.Response(404, json={"error": {"code": "not_found", "message": "trace not found"}})
        assert 0 < len(sent) <= 500
        held = self.events.setdefault(trace_id, [])
        known = {event.get("idempotency_key") for event in held[-1000:]} - {None}
        held += [event for event in sent if event.get("idempotency_key") not in known]
        return httpx.Response(200, json={"accepted": len(sent), "rejected": []})


def away(_: httpx.Request) -> httpx.Response:
    """Nobody listens."""
    raise httpx.ConnectError("connection refused")


def lost_answer(server: FakeServer) -> Fault:
    """The request is served, and its answer does not arrive."""

    def serve_and_break(request: httpx.Request) -> httpx.Response:
        server._answer(request)
        raise httpx.ReadError("connection reset")

    return serve_and_break


def answering(status: int, **headers: str) -> Fault:
    """A plain HTTP answer."""
    return lambda _: httpx.Response(status, json={"error": "no"}, headers=headers)
