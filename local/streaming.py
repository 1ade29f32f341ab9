"""Functions that stream their answers: ASGI applications that the Lambda Web Adapter runs on AWS, and the gateway here.

Such a function's handler is the script that the adapter starts. The script beside `open_stream.py` is `open_stream.sh`,
and what it serves is that module's `app`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from local.template import Function

STREAM = "RESPONSE_STREAM"


def streams(function: Function) -> bool:
    """Whether API Gateway passes this function's answers on as they come."""
    return any(event.properties.get("ResponseTransferMode") == STREAM for event in function.events)


def application(function: Function) -> ASGIApp:
    """The application of a streaming function. Raises what its import raises."""
    module = function.handler.removesuffix(".sh").replace("/", ".")
    app: ASGIApp = importlib.import_module(module).app
    return app


def with_context(scope: Scope, request_id: str, source: str) -> Scope:
    """A request as the adapter passes it on: with API Gateway's request context in a header."""
    context = {"requestId": request_id, "identity": {"sourceIp": source}}
    passed = [(name, value) for name, value in scope["headers"] if name != b"x-amzn-request-context"]
    return {**scope, "headers": [*passed, (b"x-amzn-request-context", json.dumps(context).encode())]}


def collect(
    app: ASGIApp, method: str, path: str, query: str, headers: Iterable[tuple[str, str]], request_id: str, source: str
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Ask once, without HTTP, and wait for the whole answer: status, headers, body."""
    sent: list[Message] = []
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": (source, 0),
        "server": ("127.0.0.1", 0),
    }

    async def run() -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        await app(with_context(scope, request_id, source), _silent(asyncio.Event()), send)

    asyncio.run(run())
    start = next(each for each in sent if each["type"] == "http.response.start")
    body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    return (
        start["status"],
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        body,
    )


def _silent(never: asyncio.Event) -> Callable[[], Any]:
    first = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if not first:
            await never.wait()
        return first.pop()

    return receive
