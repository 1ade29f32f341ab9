"""What functions that stream have in common: the request of an ASGI scope, admission, and blocking calls off the loop.

Deployed, the Lambda Web Adapter turns an invocation into a plain HTTP request and streams what is answered; locally,
the gateway calls the application. Credential, scope and parameters are read and refused as by every other endpoint.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Forbidden
from wakeline.observability import logger

from . import errors
from .auth import OverLimit, Window, authenticate, credential_of
from .endpoint import Endpoint
from .entry import ALWAYS, log_answer
from .request import Request

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

THREADS = 8


class Call:
    """One request to an endpoint: who it is from, and how it is answered."""

    def __init__(self, endpoint: Endpoint, scope: Message) -> None:
        self.endpoint = endpoint
        self.request = request_of(scope, endpoint.routes[0].split(" ", 1)[1])
        self._caller: Caller | None = None
        self._window: Window | None = None
        self._started = time.perf_counter()

    def admit(self) -> Any:
        """Authenticate, check the scope, and run the endpoint: what it returns. Blocks. Raises what they raise."""
        self._caller, self._window = authenticate(
            wiring.keys(), wiring.secret, credential_of(self.request.headers), wiring.env().now(), write=False
        )
        if self.endpoint.scope is not None and not self._caller.may(self.endpoint.scope):
            raise Forbidden(f"this needs the scope {self.endpoint.scope}")
        return self.endpoint.call(self.request, self._caller).body

    async def refuse(self, send: Send, error: Exception) -> None:
        """Answer a failure, in whole."""
        self._window = error.window if isinstance(error, OverLimit) else self._window
        status, body, headers = errors.answer(error, self.request.path, self.request.id, flat=self.request.flat_errors)
        if status == 500:
            logger().error("unexpected failure", extra={"request_id": self.request.id}, exc_info=error)
        self.done(status)
        await self.start(send, status, {"Content-Type": "application/json", **headers})
        await send({"type": "http.response.body", "body": body.encode()})

    async def start(self, send: Send, status: int, headers: dict[str, str]) -> None:
        """Send status and headers."""
        window = self._window.headers() if self._window else {}
        said = {**ALWAYS, "x-request-id": self.request.id, **window, **headers}
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})

    def done(self, status: int) -> None:
        """Log and count the request."""
        log_answer(self.endpoint, self.request, self._caller, status, self._started)


def request_of(scope: Message, route: str = "") -> Request:
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
        path_parameters=_path_parameters(route, scope),
        id=str(context.get("requestId") or uuid4()),
        source_ip=str((context.get("identity") or {}).get("sourceIp") or ""),
        sent=b"",
    )


def _path_parameters(route: str, scope: Message) -> dict[str, str]:
    """The parts of the path that the route names, decoded one by one: an encoded slash is a part's own."""
    pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route)
    raw = scope.get("raw_path") or scope["path"].encode()
    found = re.search(f"{pattern}$", raw.decode("latin-1").split("?")[0])
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else {}


def _json(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="stream")


async def in_thread(call: Callable[[], Any]) -> Any:
    """AWS clients block: off the loop with them."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), call)
