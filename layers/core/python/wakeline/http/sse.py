"""The way into the SSE function: an ASGI application of one route."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress

from wakeline import wiring
from wakeline.observability import logger
from wakeline.services.stream import Batch, Pace, Reader

from .asgi import App, Call, Message, Receive, Send, in_thread
from .endpoint import Endpoint

HEARTBEAT_S = 15.0
SLOW_S = 20.0
"""A client that takes nothing for so long is dropped. Until then at most one chunk and the socket's buffer wait for it.
"""
CHUNK = 64 * 1024
RETRY_MS = 2000
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
        call = Call(endpoint, scope)
        try:
            reader: Reader = await in_thread(call.admit)
        except Exception as error:
            await call.refuse(send, error)
            return
        await call.start(send, 200, _HEADERS)
        await _Connection(reader, wiring.pace(), receive, send).run()
        call.done(200)

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
            batch = await in_thread(self._reader.next)
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
