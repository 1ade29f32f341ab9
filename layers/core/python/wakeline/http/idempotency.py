"""`Idempotency-Key`: the same POST sent twice is done once and answered the same.

A key belongs to a caller and a path and is kept for a day. The same key with another body is 422; while the first
request still runs it is 409. A request that fails gives its key back; the next attempt makes the same ids (`Claim`), so
that it finds what the first one stored before it failed.
"""

import json
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from pydantic_core import to_json

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Busy, Conflict, Invalid, KeyReused
from wakeline.domain.ids import is_printable
from wakeline.observability import logger

from .endpoint import Endpoint, Reply
from .request import GZIP_MAGIC, Request

MAX_KEPT = 300 * 1024
"""A longer answer is not kept; repeating such a request runs it again."""


def remembered(endpoint: Endpoint, request: Request, caller: Caller | None) -> Reply:
    """Call the endpoint, or give the answer that its `Idempotency-Key` already got."""
    key = request.headers.get("idempotency-key")
    if key is None or caller is None or request.method != "POST":
        return endpoint.call(request, caller)
    if not 1 <= len(key) <= 256 or not is_printable(key):
        raise Invalid("Idempotency-Key must be 1 to 256 printable characters", field="Idempotency-Key")
    store, now = wiring.idempotency(), wiring.env().now()
    place = sha256("\x00".join((caller.principal, request.path, key)).encode()).hexdigest()
    digest = _digest(request.sent)
    begun = store.begin(caller.workspace_id, place, digest, now)
    if isinstance(begun, dict):
        return _earlier(begun, digest)
    try:
        # Another body under a key that failed is another request.
        with wiring.claimed(replace(begun, seed=begun.seed + digest)):
            reply = endpoint.call(request, caller)
    except BaseException:
        with suppress(Exception):  # the claim ends by itself; what went wrong is what must be heard of
            store.release(caller.workspace_id, place)
        raise
    try:
        _keep(endpoint, reply, caller.workspace_id, place)
    except Exception:
        # It is done: a failure would be a lie. A repeat would be done again, and would find what is there.
        logger().warning("an answer could not be kept", exc_info=True, extra={"request_id": request.id})
    return reply


def _digest(sent: bytes) -> str:
    """Of a body, but for the time in a gzip header: a client that compresses again to try again sends the same body."""
    return sha256(sent[:4] + sent[8:] if sent.startswith(GZIP_MAGIC) else sent).hexdigest()


def _earlier(stored: dict[str, str], digest: str) -> Reply:
    if stored["digest"] != digest:
        raise KeyReused("this Idempotency-Key was used with another body", field="Idempotency-Key")
    if "body" in stored:
        headers = json.loads(stored["headers"]) | {"Idempotent-Replayed": "true"}
        return Reply(stored["body"], int(stored["status"]), headers, stored["content_type"])
    if stored.get("state") == "done":
        raise Conflict("this request was already done; its answer held a secret and is not kept")
    raise Busy("the first request with this Idempotency-Key is still running")


def _keep(endpoint: Endpoint, reply: Reply, workspace_id: str, place: str) -> None:
    store = wiring.idempotency()
    if not endpoint.remember:
        store.finish(workspace_id, place, {"state": "done"})
        return
    if isinstance(reply.body, bytes) or not reply.remember:
        # Not text, or true for a while only; and what answers so finds repeats by itself.
        store.release(workspace_id, place)
        return
    body = reply.body if isinstance(reply.body, str) else to_json(reply.body).decode()
    if len(body.encode()) > MAX_KEPT:
        store.release(workspace_id, place)
        return
    kept = {"state": "done", "status": str(reply.status), "body": body, "content_type": reply.content_type}
    store.finish(workspace_id, place, kept | {"headers": json.dumps(reply.headers or {})})
