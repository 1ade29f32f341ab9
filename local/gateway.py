"""API Gateway's REST API on loopback: HTTP in, Lambda proxy event to the function, its answer out."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
import traceback
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.functions import Functions, PayloadTooLarge
from local.routing import Match, Routes
from local.streaming import application, collect, streams, with_context
from local.template import ACCOUNT, Function, Template
from local.websockets import WebSocketApi

MAX_REQUEST = 10 * 1024 * 1024
"""Bytes of a request body that a REST API takes."""

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Headers
    body: bytes


class Gateway:
    """The template's API as an ASGI application; `call` is the same in process, without HTTP."""

    def __init__(self, template: Template, functions: Functions, threads: int = 8) -> None:
        self.functions = functions
        self.routes = Routes(template)
        apis = template.resources("AWS::Serverless::Api")
        properties = apis[0].properties if apis else {}
        self.stage = str(properties.get("StageName", "local"))
        self._cors = _cors_headers(properties.get("Cors"))
        self._binary = frozenset(str(kind) for kind in properties.get("BinaryMediaTypes") or ())
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lambda")
        self.websockets = WebSocketApi(template, functions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "websocket":
            await self.websockets.serve(scope, receive, send)
            return
        request = Request(scope, receive)
        source = scope["client"][0] if scope.get("client") else "127.0.0.1"
        streaming = self._function(request.method, scope["raw_path"].decode("latin-1").split("?")[0])
        if streaming is not None and streams(streaming):
            await application(streaming)(with_context(scope, str(uuid.uuid4()), source), receive, send)
            return
        try:
            body = await _read(request)
        except ClientDisconnect:
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        path = scope["raw_path"].decode("latin-1").split("?")[0]
        query = scope["query_string"].decode("latin-1")
        answer = await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: self.call(request.method, path, query, headers, body, source)
        )
        response = Response(answer.body, answer.status)
        length = [each for each in response.raw_headers if each[0] == b"content-length"]
        response.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers
            if name.lower() != "content-length"
        ] + length
        await response(scope, receive, send)

    def call(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | None = b"",
        source: str = "127.0.0.1",
    ) -> Answer:
        """Answer one request. `path` keeps its percent-encoding; a `body` of None is one over the limit."""
        request_id = str(uuid.uuid4())
        match = self.routes.match(path)
        if match is not None and method == "OPTIONS" and self._cors:
            return Answer(200, self._cors, b"")
        function = match.functions.get(method) or match.functions.get("ANY") if match else None
        if match is None or function is None:
            return self._error(404, "not_found", "No such endpoint.", "after_fix", request_id)
        if body is None:
            return self._error(413, "payload_too_large", "The request is too large.", "after_fix", request_id)
        if streams(function):
            app = application(function)
            return Answer(*collect(app, method, path, query, headers, request_id, source))
        given = list(headers)
        event = proxy_event(match, method, path, query, given, source, self.stage, request_id)
        event |= self._body(given, body)
        # Only the request's size is the caller's fault, so it is asked before the function runs. AWS measures the
        # event as JSON, with quotes escaped and bytes in base64; a limit that people read cannot depend on that.
        if len(body) + 16_384 > 6 * 1024 * 1024:
            return self._error(413, "payload_too_large", "The request is too large.", "after_fix", request_id)
        return self._invoke(function, event, request_id)

    def _body(self, headers: Headers, body: bytes) -> dict[str, Any]:
        """The body as API Gateway hands it on: base64 for the API's binary media types, text for all others."""
        said = {name.lower(): value for name, value in headers}
        kind = said.get("content-type", "application/json").split(";")[0].strip().lower()
        # AWS unpacks gzip itself; here the function does, which takes both and has the better bound.
        if kind in self._binary or "*/*" in self._binary or "content-encoding" in said:
            return {"body": base64.b64encode(body).decode() if body else None, "isBase64Encoded": bool(body)}
        return {"body": body.decode("utf-8", "replace") if body else None, "isBase64Encoded": False}

    def close(self) -> None:
        """Let the running requests end and take no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.websockets.close()

    def _function(self, method: str, path: str) -> Function | None:
        match = self.routes.match(path)
        return match.functions.get(method) or match.functions.get("ANY") if match else None

    def _invoke(self, function: Function, event: dict[str, Any], request_id: str) -> Answer:
        try:
            return _http_answer(self.functions.invoke(function, event, request_id), request_id)
        except PayloadTooLarge as error:
            print(f"{function.logical_id}: {error}, over Lambda's 6 MB", file=sys.stderr)
        except Exception:
            print(f"{function.logical_id} failed, request {request_id}", file=sys.stderr)
            traceback.print_exc()
        return self._error(500, "internal_error", "The service failed.", "backoff", request_id)

    def _error(self, status: int, code: str, message: str, retry: str, request_id: str) -> Answer:
        body = {"error": {"code": code, "message": message, "retry": retry, "request_id": request_id}}
        headers = [
            ("content-type", "application/json"),
            ("x-request-id", request_id),
            ("access-control-allow-origin", "*"),
        ]
        return Answer(status, headers, json.dumps(body).encode())


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is over the limit; then the rest is read and dropped, so the answer gets through."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_REQUEST:
            chunks.append(chunk)
        elif size > 8 * MAX_REQUEST:
            return None  # enough patience: the connection is cut
        else:
            chunks.clear()
    return None if size > MAX_REQUEST else b"".join(chunks)


def proxy_event(
    match: Match,
    method: str,
    path: str,
    query: str,
    headers: Headers,
    source: str,
    stage: str,
    request_id: str,
) -> dict[str, Any]:
    """A Lambda proxy event (payload 1.0) without its body. The path stays percent-encoded, the query is decoded."""
    names = {name.lower() for name, _ in headers}
    agent = next((value for name, value in headers if name.lower() == "user-agent"), None)
    host = next((value for name, value in headers if name.lower() == "host"), "127.0.0.1")
    sent = [*headers, ("X-Forwarded-For", source), ("X-Forwarded-Proto", "http")]
    if "x-amzn-trace-id" not in names:
        sent.append(("X-Amzn-Trace-Id", f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"))
    arguments = parse_qsl(query, keep_blank_values=True)
    now = time.time()
    return {
        "resource": match.resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(sent),
        "multiValueHeaders": _multi(sent),
        "queryStringParameters": dict(arguments) or None,
        "multiValueQueryStringParameters": _multi(arguments) or None,
        "pathParameters": match.parameters or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "resourceId": "local",
            "resourcePath": match.resource,
            "httpMethod": method,
            "path": f"/{stage}{path}",
            "stage": stage,
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "extendedRequestId": request_id,
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "requestTimeEpoch": int(now * 1000),
            "domainName": host,
            "domainPrefix": host.split(".")[0],
            "identity": {"sourceIp": source, "userAgent": agent, "user": None, "userArn": None, "caller": None},
        },
    }


def _multi(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _http_answer(answer: Any, request_id: str) -> Answer:
    """A proxy answer as HTTP. Raises ValueError for one that API Gateway would call malformed."""
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        raise ValueError("the function's answer has no statusCode")
    multi = {name.lower(): values for name, values in (answer.get("multiValueHeaders") or {}).items()}
    single = {name.lower(): [value] for name, value in (answer.get("headers") or {}).items()}
    headers = [(name, str(value)) for name, values in {**single, **multi}.items() for value in values]
    if "content-type" not in multi and "content-type" not in single:
        headers.append(("content-type", "application/json"))
    headers.append(("x-amzn-requestid", request_id))
    text = answer.get("body") or ""
    body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    return Answer(answer["statusCode"], headers, body)


def _cors_headers(cors: Any) -> Headers:
    """The preflight answer's headers from the API's `Cors`; its values carry API Gateway's own quotes."""
    if not cors:
        return []
    values = {"AllowOrigin": cors} if isinstance(cors, str) else cors
    names = {
        "AllowOrigin": "access-control-allow-origin",
        "AllowMethods": "access-control-allow-methods",
        "AllowHeaders": "access-control-allow-headers",
        "MaxAge": "access-control-max-age",
    }
    return [(name, str(values[key]).strip("'")) for key, name in names.items() if key in values]
