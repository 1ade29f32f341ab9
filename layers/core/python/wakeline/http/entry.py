"""The way into every HTTP Lambda: authenticate, call the endpoint, answer.

The order is the same everywhere: credential (401, 429), scope (403), parameters and body (400, 422), then the endpoint. Nothing is read
from a body before its sender is known.
"""

import time
from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Forbidden, WakelineError
from wakeline.observability import count_request, logger

from . import errors
from .auth import OverLimit, Window, authenticate, credential_of
from .endpoint import Endpoint, Reply
from .idempotency import remembered
from .request import Request

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

_ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "x-request-id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def lambda_entry(endpoint: Endpoint) -> Handler:
    """The Lambda handler of an endpoint: takes an API Gateway REST proxy event, returns a proxy response."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        request = Request.of(event, getattr(context, "aws_request_id", ""))
        caller: Caller | None = None
        window: Window | None = None
        try:
            if endpoint.scope is not None:
                caller, window = authenticate(
                    wiring.keys(),
                    wiring.secret,
                    credential_of(request.headers),
                    wiring.env().now(),
                    write=endpoint.writes,
                )
                if not caller.may(endpoint.scope):
                    raise Forbidden(f"this needs the scope {endpoint.scope}")
            reply = remembered(endpoint, request, caller)
        except Exception as error:
            window = error.window if isinstance(error, OverLimit) else window
            if not isinstance(error, WakelineError):
                logger().exception("unexpected failure", extra={"request_id": request.id})
            status, body, headers = errors.answer(error, request.path, request.id, flat=request.flat_errors)
            reply = Reply(body, status, headers)
        _log(endpoint, request, caller, reply.status, started)
        return _proxy(reply, request, window)

    return handler


def _proxy(reply: Reply, request: Request, window: Window | None) -> dict[str, Any]:
    headers = {**_ALWAYS, "x-request-id": request.id, **(window.headers() if window else {}), **(reply.headers or {})}
    body = reply.body
    if reply.status != 204:
        headers["Content-Type"] = reply.content_type
    if body is None:
        text = "" if reply.status == 204 else "null"
    elif isinstance(body, str):
        text = body
    else:
        text = (body if isinstance(body, bytes) else to_json(body)).decode()
    return {"statusCode": reply.status, "headers": headers, "body": text, "isBase64Encoded": False}


def _log(endpoint: Endpoint, request: Request, caller: Caller | None, status: int, started: float) -> None:
    """One line and one metric per request: what, who, how it ended. Never a payload, a query value or a credential."""
    route = endpoint.routes[0]
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger().info(
        route,
        extra={
            "request_id": request.id,
            "workspace_id": caller.workspace_id if caller else None,
            "principal": caller.principal if caller else None,
            "status": status,
            "duration_ms": milliseconds,
        },
    )
    count_request(route, status, milliseconds)
