"""An OTLP/HTTP request and its answers: protobuf is answered in protobuf, JSON in JSON.

A failure is a google.rpc.Status for a protobuf client. For a JSON client it is our own error object with the Status'
`code` and `message` beside it. What is worth sending again is 429 or 503 with `Retry-After`, since exporters give up
on anything else.
"""

import json

from wakeline.domain import errors as kinds
from wakeline.domain.errors import UnsupportedMedia, WakelineError
from wakeline.domain.otlp.span import Span
from wakeline.http import errors
from wakeline.http.endpoint import Reply
from wakeline.http.request import Request

MAX_BODY = 20 * 1024 * 1024
"""Bytes of a request when inflated."""

RETRY_AFTER_S = 2
PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_TYPES = {PROTOBUF: PROTOBUF, "application/protobuf": PROTOBUF, JSON: JSON}
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 413: 8, 415: 3, 422: 3, 429: 8, 500: 13, 503: 14}
"""HTTP status → google.rpc.Code."""


def content_type(request: Request) -> str | None:
    """What the request is written in; None for anything but protobuf and JSON."""
    return _TYPES.get(request.headers.get("content-type", "").split(";")[0].strip().lower())


def read(request: Request) -> list[Span]:
    """The spans of a request. Raises `UnsupportedMedia`, `TooLarge`, `Malformed`, `Invalid`."""
    match content_type(request):
        case "application/x-protobuf":
            from .from_protobuf import spans_of as from_protobuf

            return from_protobuf(request.body(MAX_BODY))
        case "application/json":
            from .from_json import spans_of as from_json

            return from_json(request.body(MAX_BODY))
    raise UnsupportedMedia("send application/x-protobuf or application/json")


def answer(request: Request, rejected: int, message: str) -> Reply:
    """What was done with a request: nothing to say when every span went in, else how many did not and why."""
    if content_type(request) == PROTOBUF:
        from .from_protobuf import response

        return Reply(response(rejected, message), content_type=PROTOBUF)
    if not rejected:
        return Reply({})
    # 64-bit integers are strings in protobuf's JSON.
    return Reply({"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": message}})


def failure(error: Exception, request: Request) -> Reply:
    """The answer to a request that failed as a whole."""
    status, body, headers = errors.answer(error, request.path, request.id, flat=request.flat_errors)
    if isinstance(error, kinds.Busy) or not isinstance(error, WakelineError):
        # Whatever went wrong beneath may be over soon, and a span that comes twice is stored once.
        status, headers = 503, {**headers, "Retry-After": str(RETRY_AFTER_S)}
    elif status == 422:
        status = 400
    message = error.message if isinstance(error, WakelineError) else "an internal error occurred"
    if content_type(request) == PROTOBUF:
        return Reply(_status(_CODES.get(status, 2), message), status, headers, PROTOBUF)
    if request.flat_errors:
        return Reply(body, status, headers)
    said = json.loads(body)
    if status == 503:
        said["error"] |= {"code": "unavailable", "retry": errors.RETRY_BACKOFF}
    return Reply(said | {"code": _CODES.get(status, 2), "message": message}, status, headers)


def _status(code: int, message: str) -> bytes:
    """A google.rpc.Status: field 1 the code, field 2 the message. Two fields are not worth a dependency."""
    text = message.encode()[:1000].decode(errors="ignore").encode()
    size = bytes([len(text)]) if len(text) < 128 else bytes([len(text) & 127 | 128, len(text) >> 7])
    return bytes([8, code, 18]) + size + text
