"""The HTTP side of `wakeline push`: one gzip request per batch, tried again while that can help."""

import gzip
import json
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

ATTEMPTS = 8
_GZIPPED = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
_TRY_AGAIN = frozenset({409, 429, 500, 502, 503, 504})


class PushFailed(Exception):
    """The server refused a batch, or could not be reached; the message is for people."""


class PushClient:
    """A client of one server. Safe to use from several threads."""

    def __init__(self, url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        self._out_of_reach = False
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=60, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def lacks(self, session_id: str) -> bool:
        """Whether the server says that it has no such session. A key that may not read, or no answer, says nothing."""
        try:
            answer = self._http.get(f"/api/sessions/{quote(session_id, safe='')}", params={"limit": 1})
        except httpx.TransportError:
            return False
        return answer.status_code == 404

    def push(self, sessions: list[dict[str, str]], repo: str | None, author: str | None) -> dict[str, Any]:
        """Push sessions; waits out rate limits and short failures. Raises `PushFailed`.

        A server that stayed out of reach for one batch is asked once, and not waited for, by each that follows.
        """
        said = {"repo": repo, "author": author, "sessions": sessions}
        body = gzip.compress(json.dumps({name: value for name, value in said.items() if value is not None}).encode(), 6)
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            pause = min(8.0, 0.25 * 2**attempt)
            try:
                answer = self._http.post("/api/v1/traces", content=body, headers=_GZIPPED)
            except httpx.TransportError as error:
                self._out_of_reach |= last
                if self._out_of_reach:
                    raise PushFailed(f"the server cannot be reached: {error}") from error
            else:
                self._out_of_reach = False
                if answer.is_success:
                    return dict(answer.json())
                if last or answer.status_code not in _TRY_AGAIN:
                    raise PushFailed(_reason(answer))
                pause = float(answer.headers.get("Retry-After") or pause)
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def _reason(answer: httpx.Response) -> str:
    try:
        return f"{answer.status_code} {answer.json()['error']['message']}"
    except (ValueError, KeyError, TypeError):
        return f"the server answered {answer.status_code}"
