"""The way into the SSE function: an ASGI application of one route.

Deployed, the Lambda Web Adapter turns an invocation into a plain HTTP request to it and streams what it answers;
locally, the gateway calls it. Credential, scope and parameters are read and refused exactly as by every other endpoint.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Forbidden
from wakeline.observability import logger
from wakeline.services.stream import Batch, Pace, Reader

from . import errors
from .auth import OverLimit, Window, authenticate, credential_of
from .endpoint import Endpoint
from .entry import ALWAYS, log_answer
from .request import Request

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HEARTBEAT_S = 15.0
SLOW_S = 20.0
"""A client that takes nothing for so long is dropped. Until then at most one chunk and the socket's buffer wait for it.
"""
CHUNK = 64 * 1024
RETRY_MS = 2000
THREADS = 8

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no",
}


class _TooSlow(Exception):
    """The client takes nothing."""


def sse_entry(endpoint: Endpoint) -> App:
    """The ASGI application of an endpoint whose function returns a `Reader`."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = request_of(scope)
        caller: Caller | None = None
        window: Window | None = None
        started = time.perf_counter()

        def admit() -> Reader:
            nonlocal caller, window
            caller, window = authenticate(
                wiring.keys(), wiring.secret, credential_of(request.headers), wiring.env().now(), write=False
            )
            if endpoint.scope is not None and not caller.may(endpoint.scope):
                raise Forbidden(f"this needs the scope {endpoint.scope}")
            reader: Reader = endpoint.call(request, caller).body
            return reader

        try:
            reader = await _in_thread(admit)
        except Exception as error:
            window = error.window if isinstance(error, OverLimit) else window
            status, body, headers = errors.answer(error, request.path, request.id, flat=request.flat_errors)
            if status == 500:
                logger().exception("unexpected failure", extra={"request_id": request.id})
            log_answer(endpoint, request, caller, status, started)
            headers = {"Content-Type": "application/json", **headers}
            await _start(send, status, request, window, headers)
            await send({"type": "http.response.body", "body": body.encode()})
            return
        await _start(send, 200, request, window, _HEADERS)
        await _Connection(reader, wiring.pace(), receive, send).run()
        log_answer(endpoint, request, caller, 200, started)

    return app


class _Connection:
    """One client: looks at the feed, sends what there is, keeps the line warm, ends in time."""

    def __init__(self, reader: Reader, pace: Pace, receive: Receive, send: Send) -> None:
        self._reader, self._pace, self._receive, self._send_on = reader, pace, receive, send
        self._loop = asyncio.get_running_loop()
        self._gone = False
        self._told = reader.position
        self._sent_at = self._loop.time()

    async def run(self) -> None:
        """Until the client goes, its time is up, or it is too slow."""
        watch = asyncio.create_task(self._watch())
        try:
            reason = await self._stream()
            if reason and not self._gone:
                await self._send(closing(reason, self._reader.position), last=True)
        except _TooSlow:
            # No last frame: the server writes nothing while its buffer for this client is full.
            logger().info("a client that took nothing was dropped")
        except Exception:
            logger().exception("a stream failed")
            # The answer has begun; all that can be said is that it ends. The client comes back behind what it has.
            with suppress(Exception):
                await self._send(closing("error", self._told), last=True)
        finally:
            watch.cancel()

    async def _stream(self) -> str:
        end = self._loop.time() + self._pace.seconds
        pause = self._pace.poll
        # With an id from the start, a client that is cut off before the first event misses nothing either.
        await self._send(f"retry: {RETRY_MS}\nid: {self._told}\n\n".encode())
        while not self._gone and self._loop.time() < end:
            batch = await _in_thread(self._reader.next)
            for chunk in chunks(batch):
                await self._send(chunk)
            if batch.events:
                self._told = batch.position
                pause = self._pace.poll
                continue
            if self._loop.time() - self._sent_at >= HEARTBEAT_S:
                await self._send(self._heartbeat(batch.position))
            await asyncio.sleep(min(pause, max(0.0, end - self._loop.time())))
            pause = min(self._pace.idle, pause * 1.25)
        return "" if self._gone else "time"

    def _heartbeat(self, position: int) -> bytes:
        """A comment; with the place where the client is now, if events went by that do not concern it."""
        moved = "" if position == self._told else f"id: {position}\n"
        self._told = position
        return f": keep-alive\n{moved}\n".encode()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True

    async def _send(self, body: bytes, *, last: bool = False) -> None:
        message = {"type": "http.response.body", "body": body, "more_body": not last}
        try:
            await asyncio.wait_for(self._send_on(message), SLOW_S)
        except TimeoutError as error:
            raise _TooSlow from error
        self._sent_at = self._loop.time()


def chunks(batch: Batch) -> Iterator[bytes]:
    """A batch's frames in pieces of about 64 KB."""
    held: list[bytes] = []
    size = 0
    if batch.missed:
        held.append(b'event: stream.expired\ndata: {"message": "older events have expired; the feed goes on here"}\n\n')
    for event in batch.events:
        # JSON of the standard library or pydantic holds no line break, so one data line is all there is.
        frame = b"id: %d\nevent: %b\ndata: %b\n\n" % (event.number, event.type.encode(), event.json)
        held.append(frame)
        size += len(frame)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def closing(reason: str, position: int) -> bytes:
    """The last frame: why the stream ends (`time`, `error`), and the number to resume behind."""
    said = json.dumps({"reason": reason, "resume_after": position})
    id_line = f"id: {position}\n" if reason == "time" else ""
    return f"{id_line}event: stream.closed\ndata: {said}\n\n".encode()


def request_of(scope: Message) -> Request:
    """The request that an ASGI scope describes. API Gateway's own id comes with it, by way of the Web Adapter."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    context = _json(headers.get("x-amzn-request-context", ""))
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        query=query,
        path_parameters={},
        id=str(context.get("requestId") or uuid4()),
        source_ip=str((context.get("identity") or {}).get("sourceIp") or ""),
        sent=b"",
    )


def _json(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


async def _start(send: Send, status: int, request: Request, window: Window | None, headers: dict[str, str]) -> None:
    said = {**ALWAYS, "x-request-id": request.id, **(window.headers() if window else {}), **headers}
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="stream")


async def _in_thread(call: Callable[[], Any]) -> Any:
    """AWS clients block: off the loop with them."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), call)
