"""The way into the functions behind the WebSocket API."""

import json
from collections.abc import Callable
from typing import Any

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Forbidden
from wakeline.observability import logger

from . import errors
from .auth import authenticate, credential_of
from .endpoint import Endpoint
from .request import Request

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

TOKEN = "token"  # noqa: S105 — the parameter's name
"""Browsers cannot set headers on a WebSocket; the credential may come as this query parameter. Nothing logs it."""


def connect_entry(endpoint: Endpoint) -> Handler:
    """The handler of $connect: whoever is refused never gets a connection. `request.id` is the connection's."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request = connecting(event)
        request_id = event["requestContext"].get("requestId") or getattr(context, "aws_request_id", "")
        caller: Caller | None = None
        try:
            caller, _window = authenticate(
                wiring.keys(), wiring.secret, credential_of(request.headers), wiring.env().now(), write=False
            )
            if endpoint.scope is not None and not caller.may(endpoint.scope):
                raise Forbidden(f"this needs the scope {endpoint.scope}")
            endpoint.call(request, caller)
        except Exception as error:
            status, body, headers = errors.answer(error, request.path, request_id, flat=request.flat_errors)
            if status == 500:
                logger().exception("unexpected failure", extra={"request_id": request_id})
        else:
            status, body, headers = 200, "", {}
        said = {"request_id": request_id, "status": status, "workspace_id": caller.workspace_id if caller else None}
        logger().info(endpoint.routes[0], extra=said)
        return {"statusCode": status, "headers": headers, "body": body}

    return handler


def connecting(event: dict[str, Any]) -> Request:
    """The request that a $connect event carries; a `token` parameter reads as a bearer token."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    query = {name: list(values) for name, values in (event.get("multiValueQueryStringParameters") or {}).items()}
    token = query.pop(TOKEN, None)
    if token and "authorization" not in headers and "x-retrace-key" not in headers:
        headers["authorization"] = f"Bearer {token[-1]}"
    context = event["requestContext"]
    return Request(
        method="GET",
        path="/ws",
        headers=headers,
        query=query,
        path_parameters={},
        id=context["connectionId"],
        source_ip=(context.get("identity") or {}).get("sourceIp") or "",
        sent=b"",
    )


def answer_to(body: str) -> dict[str, Any]:
    """What a client's message is answered with: `ping`, as a bare word or as an action, with a pong, all else with an
    error.
    """
    said: Any = body.strip()
    if said.startswith("{") and len(said) <= 4096:
        try:
            said = json.loads(said).get("action")
        except ValueError:
            said = None
    if said == "ping":
        return {"type": "pong"}
    return {"error": {"code": "bad_request", "message": 'the only message there is is {"action": "ping"}'}}
