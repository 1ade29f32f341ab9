"""The embedded S3 over HTTP on loopback, for presigned URLs: the same buckets as in process, private, signatures
checked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.engine import CREDENTIALS, Engine
from local.template import REGION

_NOT_FORWARDED = {"connection", "transfer-encoding", "content-length", "accept-encoding"}
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET,PUT,HEAD",
    "access-control-allow-headers": "*",
    "access-control-expose-headers": "ETag",
}


class S3Endpoint:
    """An ASGI application that answers path-style S3 requests (`/bucket/key`) signed in their query."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            await Response(status_code=200, headers=_CORS)(scope, receive, send)
            return
        body = await request.body()
        target = scope["raw_path"].decode("latin-1").split("?")[0]
        query = scope["query_string"].decode("latin-1")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        status, answer_headers, answer = self._answer(request.method, target, query, headers, body)
        response = Response(answer, status)
        for name, value in answer_headers.items():
            if name.lower() not in _NOT_FORWARDED:
                response.headers[name] = value
        await response(scope, receive, send)

    def _answer(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        url = f"http://{headers.get('host', '')}{path}?{query}"
        region = self._engine.template.region
        refusal = refused(method, url, headers, datetime.now(UTC), region)
        if refusal:
            return 403, {"content-type": "application/xml", **_CORS}, _error("AccessDenied", refusal)
        wrong = damaged(headers, body)
        if wrong:
            return 400, {"content-type": "application/xml", **_CORS}, _error(*wrong)
        # Signed for this port; to moto it is a plain request to S3.
        kept = urlencode([each for each in parse_qsl(query, keep_blank_values=True) if not _signs(each[0])])
        forwarded = HTTPHeaders()
        for name, value in headers.items():
            if name not in _NOT_FORWARDED and name not in ("host", "authorization"):
                forwarded[name] = value
        # Checked above; moto answers unsigned requests for a private object with 403.
        forwarded["Authorization"] = f"AWS4-HMAC-SHA256 Credential={CREDENTIALS['AWS_ACCESS_KEY_ID']}/{region}/s3"
        forwarded["Content-Length"] = str(len(body))
        prepared = AWSPreparedRequest(
            method, f"https://s3.{region}.amazonaws.com{path}{'?' + kept if kept else ''}", forwarded, body, False
        )
        answer = self._engine.perform("s3", method, prepared)
        if answer is None:
            return 404, dict(_CORS), _error("NoSuchBucket", "no such bucket")
        status, answer_headers, content = answer
        raw = content.encode() if isinstance(content, str) else content
        return status, {**{name: str(value) for name, value in answer_headers.items()}, **_CORS}, raw


def refused(method: str, url: str, headers: dict[str, str], now: datetime, region: str = REGION) -> str | None:
    """Why a presigned request is refused: unsigned, expired or wrongly signed; None when it is good. Header names
    lower-case.
    """
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    try:
        signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        expires = signed_at + timedelta(seconds=int(query["X-Amz-Expires"]))
        names = query["X-Amz-SignedHeaders"].split(";")
        given = query["X-Amz-Signature"]
    except (KeyError, ValueError):
        return "Access Denied"
    if now > expires:
        return "Request has expired"
    unsigned = "&".join(each for each in parts.query.split("&") if not each.startswith("X-Amz-Signature="))
    request = AWSRequest(method, f"{parts.scheme}://{parts.netloc}{parts.path}?{unsigned}")
    for name in names:
        if name != "host":
            request.headers[name] = headers.get(name, "")
    request.context["timestamp"] = query["X-Amz-Date"]
    credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    auth = S3SigV4QueryAuth(credentials, "s3", region)
    wanted = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return None if hmac.compare_digest(wanted, given) else "The request signature we calculated does not match"


def damaged(headers: dict[str, str], body: bytes) -> tuple[str, str] | None:
    """S3's code and message for a body that is not what its headers say; None when it is. The size, where it is signed,
    is part of the signature, and a body of another size than Content-Length says does not get through HTTP.
    """
    given = headers.get("x-amz-checksum-sha256")
    if given is None:
        return None
    try:
        digest = base64.b64decode(given, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        return "InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid."
    if digest != hashlib.sha256(body).digest():
        return "BadDigest", "The SHA256 you specified did not match the calculated checksum."
    return None


def _signs(name: str) -> bool:
    return name.lower() in (
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-signedheaders",
        "x-amz-signature",
        "x-amz-security-token",
    )


def _error(code: str, message: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
