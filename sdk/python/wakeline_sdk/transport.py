"""One request to the server, and what its answer means for the one who has to decide what comes next."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx

from .config import Config

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
MIN_GZIP = 1024
"""Bytes below which compressing costs more than it spares."""


class Unavailable(Exception):
    """The server is away, or busy. `retry_after` is what it asked for, in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """The server does not want it, now or later. `status` is the HTTP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status


class Transport:
    """A connection to one server under one key. Not for several threads at once."""

    def __init__(self, config: Config, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(timeout=config.timeout, follow_redirects=False)
        self._url = config.url
        self._headers = {"Authorization": f"Bearer {config.api_key}", "User-Agent": "wakeline-sdk/0.1.0"}

    def post(self, path: str, body: bytes, **headers: str) -> Any:
        """POST JSON; the answer's JSON. Raises `Unavailable` or `Refused`."""
        sent = {**self._headers, "Content-Type": "application/json", **headers}
        if len(body) >= MIN_GZIP:
            body, sent["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        return self._json(self._send("POST", self._url + path, content=body, headers=sent))

    def get(self, path: str) -> Any:
        """GET; the answer's JSON. Raises `Unavailable` or `Refused`."""
        return self._json(self._send("GET", self._url + path, headers=self._headers))

    def upload(self, target: dict[str, Any], content: bytes) -> None:
        """Send a file where an announcement said. The URL is its own permission: our key does not go there."""
        self._send(target["method"], target["url"], content=content, headers=target["headers"])

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _send(self, method: str, url: str, **said: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, url, **said)
        except httpx.HTTPError as error:
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        if answer.status_code in RETRIED:
            raise Unavailable(f"the server answered {answer.status_code}", _retry_after(answer))
        if answer.status_code >= 300:
            raise Refused(answer.status_code, answer.text[:500])
        return answer

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            # Something that stands between us and the server answered in its place.
            raise Unavailable("the answer is not JSON") from error


def _retry_after(answer: httpx.Response) -> float | None:
    try:
        return max(0.0, float(answer.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def events_body(events: list[bytes]) -> bytes:
    """A batch of encoded events as the server takes it."""
    return b'{"events":[' + b",".join(events) + b"]}"


def read(data: bytes) -> Any:
    """What was encoded."""
    return json.loads(data)
