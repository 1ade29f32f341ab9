"""A request as an endpoint sees it, read from an API Gateway proxy event."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from wakeline.domain.errors import Malformed, TooLarge

_GZIP = 16 + zlib.MAX_WBITS
GZIP_MAGIC = b"\x1f\x8b"
_MAX_MEMBERS = 64
"""Each costs a copy of what follows it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    `headers` have lower-case names; `query` holds every value of every parameter; `path` is decoded.
    """

    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, list[str]]
    path_parameters: dict[str, str]
    id: str
    source_ip: str
    sent: bytes
    stage: str = ""

    @classmethod
    def of(cls, event: dict[str, Any], fallback_id: str) -> "Request":
        """Read a proxy event of a REST API. A body that says base64 and is not reads as it stands."""
        context = event.get("requestContext") or {}
        raw = event.get("body") or ""
        try:
            sent = base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode()
        except (binascii.Error, ValueError):
            sent = raw.encode(errors="surrogatepass")
        return cls(
            method=event.get("httpMethod", "GET"),
            path=unquote(event.get("path", "/")),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            query={name: list(values) for name, values in (event.get("multiValueQueryStringParameters") or {}).items()},
            path_parameters={name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()},
            id=context.get("requestId") or fallback_id,
            source_ip=(context.get("identity") or {}).get("sourceIp") or "",
            sent=sent,
            stage=context.get("stage") or "",
        )

    @property
    def flat_errors(self) -> bool:
        """Whether the caller uses the API whose errors are flat."""
        return "x-retrace-key" in self.headers

    def body(self, limit: int) -> bytes:
        """The body, inflated where it came as gzip.

        Raises `TooLarge` over `limit` bytes, before inflating any further, and `Malformed`.
        """
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("", "identity"):
            body = self.sent
        elif encoding in ("gzip", "x-gzip"):
            # API Gateway may have inflated it already and left the header as it was (docs/decisions/003).
            body = _inflate(self.sent, limit) if self.sent.startswith(GZIP_MAGIC) else self.sent
        else:
            raise Malformed(f"content-encoding {encoding[:40]!r} is not supported; use gzip or none")
        if len(body) > limit:
            raise TooLarge(f"the body is over {limit} bytes")
        return body


def _inflate(compressed: bytes, limit: int) -> bytes:
    """Inflate all members (RFC 1952 lets a body have several) and pass over the zeros that some writers pad with."""
    body, rest = b"", compressed
    for _ in range(_MAX_MEMBERS):
        inflater = zlib.decompressobj(_GZIP)
        try:
            body += inflater.decompress(rest, limit + 1 - len(body))
        except zlib.error as error:
            raise Malformed("the body says gzip and is not") from error
        if len(body) > limit:
            raise TooLarge(f"the body is over {limit} bytes when inflated")
        if not inflater.eof:
            raise Malformed("the gzip body is cut off")
        rest = inflater.unused_data.lstrip(b"\0")
        if not rest:
            return body
    raise Malformed(f"the gzip body has more than {_MAX_MEMBERS} members")
