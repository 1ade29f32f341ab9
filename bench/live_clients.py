"""Clients of the live side, as bare as can be: SSE over a socket, WebSocket, and the check that all saw the same."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


@dataclass
class Seen:
    """What one client saw: (feed number, trace, event id), in the order of arrival, over all its connections."""

    events: list[tuple[int, str, str]] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    on_event: Callable[[dict[str, Any]], None] | None = None

    @property
    def last(self) -> int:
        return self.events[-1][0] if self.events else 0

    def add(self, number: int, event: dict[str, Any]) -> None:
        """Note an event."""
        self.events.append((number, event["trace_id"], event["id"]))
        self.arrived.set()
        if self.on_event is not None:
            self.on_event(event)


@dataclass(frozen=True)
class Target:
    """Where a stack listens, and as whom to ask."""

    host: str
    port: int
    key: str


async def watch_sse(
    target: Target, seen: Seen, query: dict[str, Any], enough: Callable[[Seen], bool], drop: float
) -> None:
    """Watch until `enough`, cut off with probability `drop` after each chunk, resuming with `Last-Event-ID`."""
    resume: int | None = None
    while not enough(seen):
        reader, writer = await asyncio.open_connection(target.host, target.port, limit=2**22)
        seen.connections += 1
        headers = f"Host: x\r\nAuthorization: Bearer {target.key}\r\n"
        if resume is not None:
            headers += f"Last-Event-ID: {resume}\r\n"
        writer.write(f"GET /api/stream?{urlencode(query)} HTTP/1.1\r\n{headers}\r\n".encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise RuntimeError(head.decode())
            held = b""
            async for chunk in _chunks(reader):
                *frames, held = (held + chunk).split(b"\n\n")
                for frame in frames:
                    lines = dict(line.split(": ", 1) for line in frame.decode().split("\n") if not line.startswith(":"))
                    resume = int(lines.get("id", resume or 0))
                    if "data" in lines and not lines["event"].startswith("stream."):
                        seen.add(int(lines["id"]), json.loads(lines["data"]))
                if enough(seen) or random.random() < drop:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            continue
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _chunks(reader: asyncio.StreamReader) -> Any:
    while True:
        size = int((await reader.readuntil(b"\r\n")).strip(), 16)
        data = await reader.readexactly(size + 2)
        if size == 0:
            return
        yield data[:-2]


async def watch_websocket(
    target: Target, seen: Seen, query: dict[str, Any], enough: Callable[[Seen], bool], drop: float
) -> None:
    """The same over WebSocket, resuming with `after_seq`."""
    asked = dict(query)
    while not enough(seen):
        url = f"ws://{target.host}:{target.port}/ws?{urlencode(asked)}"
        seen.connections += 1
        with suppress(ConnectionClosed):
            async with connect(
                url, additional_headers={"Authorization": f"Bearer {target.key}"}, max_size=None, compression=None
            ) as socket:
                while not enough(seen):
                    message = json.loads(await socket.recv())
                    seen.add(message["seq"], message["event"])
                    asked["after_seq"] = message["seq"]
                    if random.random() < drop:
                        break
                socket.transport.abort()


async def post(target: Target, path: str, body: Any) -> Any:
    """One POST on its own connection. Raises RuntimeError for an answer that is no success."""
    reader, writer = await asyncio.open_connection(target.host, target.port, limit=2**22)
    sent = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + sent)
    answer = await reader.read()
    writer.close()
    status, _, rest = answer.partition(b"\r\n")
    if not status.split()[1].startswith(b"2"):
        raise RuntimeError(f"{path}: {answer[:300]!r}")
    return json.loads(rest.partition(b"\r\n\r\n")[2])


async def run_all(jobs: list[Awaitable[None]], seconds: float) -> None:
    """Run clients and writers together. Raises TimeoutError when they are not done in time."""
    async with asyncio.timeout(seconds):
        await asyncio.gather(*jobs)
