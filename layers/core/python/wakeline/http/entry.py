"""The way into every HTTP Lambda: authenticate, call the endpoint, answer.

The order is the same everywhere: credential (401, 429), scope (403), parameters and body (400, 422), then the endpoint.
Nothing is read from a body before its sender is known.
"""

import gzip
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Forbidden, TooLarge
from wakeline.observability import count_request, logger

from . import errors
from .auth import OverLimit, Window, authenticate, credential_of
from .endpoint import Endpoint, Reply
from .idempotency import remembered
from .request import Request

MAX_ANSWER = 6_200_000
"""Bytes of a body as the Lambda runtime sends it on, in a JSON string; a Lambda answers with at most 6 MB."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "x-request-id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, Location,"
        " Content-Disposition, X-Total-Count, X-Policy-Version"
    ),
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
            body, packed, encoding = _rendered(reply, request)
        except Exception as error:
            window = error.window if isinstance(error, OverLimit) else window
            status, answered, headers = errors.answer(error, request.path, request.id, flat=request.flat_errors)
            if status == 500:
                logger().exception("unexpected failure", extra={"request_id": request.id})
            reply = endpoint.failure(error, request) if endpoint.failure else Reply(answered, status, headers)
            body, packed, encoding = _rendered(reply, request)
        log_answer(endpoint, request, caller, reply.status, started)
        said = {**ALWAYS, "x-request-id": request.id, **(window.headers() if window else {}), **(reply.headers or {})}
        if reply.status != 204:
            said["Content-Type"] = reply.content_type
        if encoding:
            said["Content-Encoding"] = encoding
        return {
            "statusCode": reply.status,
            "headers": said,
            "body": body,
            "isBase64Encoded": packed,
        }

    return handler


def _rendered(reply: Reply, request: Request) -> tuple[str, bool, str | None]:
    """The body as a proxy response has it, whether that is base64, and its content encoding: a long one goes as gzip.

    Raises `TooLarge` for one that has no room even so, or whose reader takes no gzip.
    """
    body = reply.body
    if reply.status == 204:
        return "", False, None
    content = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else to_json(body)
    if len(content) + content.count(b'"') + content.count(b"\\") <= MAX_ANSWER:
        try:
            # Text where it can be: API Gateway decodes base64 only for clients whose Accept names a binary type.
            return content.decode(), False, None
        except UnicodeDecodeError:
            return b64encode(content).decode(), True, None
    packed = b64encode(gzip.compress(content, 6)) if "gzip" in request.headers.get("accept-encoding", "") else b""
    if not 0 < len(packed) <= MAX_ANSWER:
        raise TooLarge("the answer is too long; send Accept-Encoding: gzip, or ask for less at once")
    return packed.decode(), True, "gzip"


def log_answer(endpoint: Endpoint, request: Request, caller: Caller | None, status: int, started: float) -> None:
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
