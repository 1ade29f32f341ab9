"""GET /api/v1/tapes/{slug} — read a tape; no credential is needed."""

from wakeline import wiring
from wakeline.http.endpoint import Reply, Request, endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import tapes
from wakeline.wiring import replay


@endpoint("GET /api/v1/tapes/{slug}", scope=None, also=(304, 307), errors=(404, 429))
def get_tape(request: Request, slug: str) -> Reply:
    """The tape with its events; 307 to where it can be fetched when it is too large for an answer.

    60 requests a minute from one address. It never changes, so `If-None-Match` is answered 304.
    """
    store, now = replay.tapes(), wiring.env().now()
    tapes.count_reader(wiring.keys(), request.source_ip, now)
    tape = tapes.read(store, now, slug)
    headers = {"ETag": f'"{tape.slug}"', "Cache-Control": f"public, max-age={tapes.fresh_for(tape, now)}"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {headers["ETag"], "*"}:
        return Reply("", 304, headers)
    content = tapes.content(store, tape)
    if len(content) > tapes.MAX_ANSWER:
        return Reply("", 307, {**headers, "Location": store.url(tape.slug, tapes.URL_S)}, content_type="text/plain")
    return Reply(content, 200, headers)


handler = lambda_entry(get_tape)
