"""The way into functions whose answer is a file sent piece by piece: an ASGI application of one route.

Nothing is sent before the endpoint has counted and refused. What fails later cuts the answer off in the middle, so that
nobody takes a part for the whole.
"""

import asyncio

from wakeline.domain.artifacts.file_names import disposition
from wakeline.observability import logger
from wakeline.services.export_ports import Download

from .asgi import App, Call, Message, Receive, Send, in_thread
from .endpoint import Endpoint

SLOW_S = 60.0
"""A client that takes no piece for so long is dropped."""


def download_entry(endpoint: Endpoint) -> App:
    """The ASGI application of an endpoint whose function returns a `Download`."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        call = Call(endpoint, scope)
        try:
            download: Download = await in_thread(call.admit)
            first = await in_thread(lambda: next(download.pieces, b""))
        except Exception as error:
            await call.refuse(send, error)
            return
        await call.start(send, 200, _headers(download))
        gone = asyncio.Event()
        watch = asyncio.create_task(_watch(receive, gone))
        try:
            piece = first
            while piece and not gone.is_set():
                message = {"type": "http.response.body", "body": piece, "more_body": True}
                await asyncio.wait_for(send(message), SLOW_S)
                piece = await in_thread(lambda: next(download.pieces, b""))
            await send({"type": "http.response.body", "body": b""})
        except Exception:
            # The server sees an answer without an end and closes the connection.
            logger().exception("a download was cut off", extra={"request_id": call.request.id})
            raise
        finally:
            watch.cancel()
        call.done(200)

    return app


def _headers(download: Download) -> dict[str, str]:
    said = {
        "Content-Type": download.content_type,
        "Content-Disposition": disposition(download.filename).split("; filename*")[0],
    }
    if download.total is not None:
        said["X-Total-Count"] = str(download.total)
    return said


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
