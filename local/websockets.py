"""API Gateway's WebSocket API on the gateway's port: routes to functions, the management API that posts to clients."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
import traceback
import uuid
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.awsrequest import AWSPreparedRequest
from starlette.types import Message, Receive, Scope, Send

from local.dynamodb_dispatch import body_of
from local.functions import Functions
from local.template import Function, Template

PATH = "/ws"
MAX_MESSAGE = 128 * 1024
"""Bytes of one message that API Gateway takes, either way."""
MAX_WAITING = 256 * 1024
"""Bytes that wait for a client who does not read. What is posted to it then waits for room, else is refused: a pusher
that ran ahead would only send what a client that leaves never sees.
"""
PATIENCE_S = 1.0
"""How long a post waits for room."""
AT_ONCE = 16
"""Messages passed on to one client before the other connections have their turn."""
SERVICE = "apigatewaymanagementapi"


@dataclass
class _Client:
    """One open connection. `waiting` is filled by whoever posts and emptied by the event loop, under `room`."""

    id: str
    loop: asyncio.AbstractEventLoop
    source: str
    since: int
    waiting: deque[str] = field(default_factory=deque)
    size: int = 0
    room: threading.Condition = field(default_factory=threading.Condition)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    closing: bool = False

    def offer(self, text: str, patience: float = 0.0) -> bool:
        """Queue a message, from any thread; False when there is no room for it, or it is late for any."""
        with self.room:
            if not self.room.wait_for(lambda: self.closing or self.size + len(text) <= MAX_WAITING, patience):
                return False
            if self.closing:
                return False
            self.size += len(text)
            self.waiting.append(text)
            if len(self.waiting) == 1:  # else the loop knows already
                self.loop.call_soon_threadsafe(self.changed.set)
        return True

    def take(self) -> str | None:
        """The next message to pass on."""
        with self.room:
            if not self.waiting:
                return None
            text = self.waiting.popleft()
            self.size -= len(text)
            self.room.notify_all()
            return text

    def close(self) -> None:
        """Hang up, behind what is waiting."""
        with self.room:
            self.closing = True
            self.room.notify_all()
        self.loop.call_soon_threadsafe(self.changed.set)


class WebSocketApi:
    """The template's WebSocket API. One that has none refuses every connection."""

    def __init__(self, template: Template, functions: Functions, threads: int = 8) -> None:
        self._functions = functions
        self._clients: dict[str, _Client] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="websocket")
        self._routes: dict[str, tuple[Function, bool]] = {}
        apis = [
            each
            for each in template.resources("AWS::ApiGatewayV2::Api")
            if each.properties.get("ProtocolType") == "WEBSOCKET"
        ]
        self._selection = str(apis[0].properties.get("RouteSelectionExpression", "")) if apis else ""
        integrations = {each.name: each for each in template.resources("AWS::ApiGatewayV2::Integration")}
        by_arn = {function.arn: function for function in functions.all.values()}
        for route in template.resources("AWS::ApiGatewayV2::Route"):
            uri = str(
                integrations[route.properties["Target"].removeprefix("integrations/")].properties["IntegrationUri"]
            )
            function = by_arn[uri.split("/functions/")[1].removesuffix("/invocations")]
            answers = "RouteResponseSelectionExpression" in route.properties
            self._routes[route.properties["RouteKey"]] = (function, answers)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket connection, as ASGI gives it."""
        await receive()
        source = scope["client"][0] if scope.get("client") else "127.0.0.1"
        loop = asyncio.get_running_loop()
        client = _Client(_new_id(), loop, source, int(time.time() * 1000))
        status = await self._connect(client, scope)
        if status >= 300:
            return await _refuse(scope, send, status)
        await send({"type": "websocket.accept"})
        self._clients[client.id] = client
        sender = asyncio.create_task(self._send(client, send))
        try:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    return None
                await self._received(client, message)
        finally:
            del self._clients[client.id]
            client.close()
            sender.cancel()
            await self._call(client, "$disconnect", "DISCONNECT", None)

    def post(self, connection_id: str, data: bytes) -> bool:
        """Pass a message on, from any thread; False for all that `manage` answers with an error."""
        client = self._clients.get(connection_id)
        return client is not None and len(data) <= MAX_MESSAGE and client.offer(data.decode(), PATIENCE_S)

    def manage(self, operation: str, request: AWSPreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a call of the management API, from any thread."""
        client = self._clients.get(unquote(request.url.split("?")[0].rsplit("/@connections/", 1)[-1]))
        if client is None or client.closing:
            return _fault(410, "GoneException")
        if operation == "DeleteConnection":
            client.close()
            return 204, {}, b""
        data = body_of(request)
        if len(data) > MAX_MESSAGE:
            return _fault(413, "PayloadTooLargeException")
        if client.offer(data.decode(), PATIENCE_S):
            return 200, {}, b""
        return _fault(410, "GoneException") if client.closing else _fault(429, "LimitExceededException")

    def close(self) -> None:
        """Take no more messages."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _connect(self, client: _Client, scope: Scope) -> int:
        if "$connect" not in self._routes or scope["path"].rstrip("/") != PATH:
            return 403
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        answer = await self._call(
            client,
            "$connect",
            "CONNECT",
            {
                "headers": dict(headers),
                "multiValueHeaders": _multi(headers),
                "queryStringParameters": dict(query) or None,
                "multiValueQueryStringParameters": _multi(query) or None,
            },
        )
        return int(answer.get("statusCode", 502)) if isinstance(answer, dict) else 502

    async def _received(self, client: _Client, message: Message) -> None:
        text = message.get("text") or (message.get("bytes") or b"").decode(errors="replace")
        if len(text.encode()) > MAX_MESSAGE:
            return client.close()
        route = self._route_of(text)
        if route is None:
            return None
        answer = await self._call(client, route, "MESSAGE", {"body": text})
        if self._routes[route][1] and isinstance(answer, dict) and answer.get("body"):
            client.offer(str(answer["body"]))
        return None

    def _route_of(self, text: str) -> str | None:
        """The route that a message's `$request.body.<field>` names, else `$default`."""
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        key = said.get(self._selection.removeprefix("$request.body.")) if isinstance(said, dict) else None
        if isinstance(key, str) and key in self._routes and not key.startswith("$"):
            return key
        return "$default" if "$default" in self._routes else None

    async def _call(self, client: _Client, route: str, kind: str, said: dict[str, Any] | None) -> Any:
        if route not in self._routes:
            return None
        function = self._routes[route][0]
        request_id = str(uuid.uuid4())
        event = {
            "requestContext": {
                "routeKey": route,
                "eventType": kind,
                "connectionId": client.id,
                "connectedAt": client.since,
                "requestId": request_id,
                "requestTimeEpoch": int(time.time() * 1000),
                "identity": {"sourceIp": client.source},
                "domainName": "127.0.0.1",
                "stage": PATH[1:],
                "apiId": "local",
            },
            "isBase64Encoded": False,
            **(said or {}),
        }
        try:
            return await client.loop.run_in_executor(
                self._pool, lambda: self._functions.invoke(function, event, request_id)
            )
        except Exception:
            print(f"{function.logical_id} failed, request {request_id}", file=sys.stderr)
            traceback.print_exc()
            return None

    async def _send(self, client: _Client, send: Send) -> None:
        """Pass on what is posted, in order, as fast as the client reads."""
        while True:
            await client.changed.wait()
            client.changed.clear()
            for passed in count(1):
                if (text := client.take()) is None:
                    break
                await send({"type": "websocket.send", "text": text})
                if passed % AT_ONCE == 0:
                    # Sending need not wait for anything: without a pause the loop would neither hear that this client
                    # has left, nor anything from the others.
                    await asyncio.sleep(0)
            if client.closing:
                return await send({"type": "websocket.close", "code": 1001})


def _new_id() -> str:
    """A connection's id as API Gateway spells it, `L0SM9cOFvHcCIhw=`."""
    return urlsafe_b64encode(uuid.uuid4().bytes[:11]).decode()


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _fault(status: int, code: str) -> tuple[int, Mapping[str, str], bytes]:
    return status, {"x-amzn-errortype": code, "content-type": "application/json"}, b"{}"


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    """Answer the handshake with an HTTP status, where the server can."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        return await send({"type": "websocket.close", "code": 1008})
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})
    return None
