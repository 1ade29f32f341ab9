"""One SSE connection: heartbeats, slow clients, clients that go, and failures half-way."""

import asyncio
import json
from typing import Any

import pytest

from wakeline.http import asgi, sse
from wakeline.services.stream import Batch, Numbered, Pace


def event(number, size=10):
    said = json.dumps({"n": number, "x": "y" * size}).encode()
    return Numbered(number, "custom.x", "Notification", "a", "t", said)


class Feed:
    """A reader of prepared batches."""

    def __init__(self, *batches):
        self.batches, self.position = list(batches), 0

    def next(self):
        batch = self.batches.pop(0) if self.batches else Batch((), self.position)
        if isinstance(batch, Exception):
            raise batch
        self.position = batch.position
        return batch


async def run(feed, *, seconds=0.2, stuck=False, leaves=None):
    """What a client gets; one that is `stuck` takes the first chunk only."""
    sent: list[Any] = []
    gone = asyncio.Event()

    async def send(message):
        if stuck and sent:  # as uvicorn does: nothing is written before there is room
            await asyncio.sleep(60)
        sent.append(message)

    async def receive():
        if leaves is None:
            await asyncio.Event().wait()
        await asyncio.sleep(leaves)
        gone.set()
        return {"type": "http.disconnect"}

    began = asyncio.get_running_loop().time()
    await sse._Connection(feed, Pace(seconds, 0.01, 0.02), receive, send).run()
    return [message["body"] for message in sent], sent, asyncio.get_running_loop().time() - began


def go(*given, **said):
    return asyncio.run(run(*given, **said))


def test_events_then_goodbye():
    bodies, sent, _ = go(Feed(Batch((event(1), event(2)), 2)))
    assert bodies[0] == b"retry: 2000\nid: 0\n\n"
    assert bodies[1].count(b"event: custom.x\n") == 2
    assert b'"reason": "time", "resume_after": 2' in bodies[-1]
    assert [message["more_body"] for message in sent] == [True, True, False]


def test_the_line_is_kept_warm(monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.05)
    bodies, _, _ = go(Feed(Batch((), 7)))
    assert bodies[1] == b": keep-alive\nid: 7\n\n"
    assert bodies[2] == b": keep-alive\n\n"


def test_a_client_that_takes_nothing_is_dropped(monkeypatch):
    monkeypatch.setattr(sse, "SLOW_S", 0.05)
    bodies, sent, took = go(Feed(Batch((event(1),), 1)), seconds=30, stuck=True)
    assert took < 1
    assert bodies == [b"retry: 2000\nid: 0\n\n"]
    assert sent[-1]["more_body"] is True


def test_a_client_that_goes_ends_it():
    _, sent, took = go(Feed(), seconds=30, leaves=0.05)
    assert took < 1
    assert all(message["more_body"] for message in sent)


def test_a_failure_half_way_ends_it():
    bodies, sent, _ = go(Feed(Batch((event(1),), 1), RuntimeError("secret")), seconds=30)
    assert b'"reason": "error", "resume_after": 1' in bodies[-1]
    assert sent[-1]["more_body"] is False
    assert b"secret" not in b"".join(bodies)


def test_a_failure_whose_client_takes_nothing_ends_it(monkeypatch):
    monkeypatch.setattr(sse, "SLOW_S", 0.05)
    _, sent, took = go(Feed(RuntimeError("secret")), seconds=30, stuck=True)
    assert took < 1
    assert len(sent) == 1


def test_long_batches_go_in_pieces():
    batch = Batch(tuple(event(number, 30_000) for number in range(1, 8)), 7)
    pieces = list(sse.chunks(batch))
    assert [piece.count(b"\nevent: ") for piece in pieces] == [3, 3, 1]


def test_what_was_missed_is_said():
    (piece,) = sse.chunks(Batch((event(9),), 9, missed=True))
    assert piece.startswith(b"event: stream.expired\ndata: {")


@pytest.mark.parametrize("header", ["", "no json", "[]", '{"requestId": 7}'])
def test_a_request_without_a_context_has_an_id_all_the_same(header):
    scope = {"method": "GET", "path": "/api/stream", "headers": [(b"x-amzn-request-context", header.encode())]}
    assert asgi.request_of(scope).id


def test_a_request_bears_the_gateways_id():
    context = json.dumps({"requestId": "r-1", "identity": {"sourceIp": "10.0.0.1"}}).encode()
    scope = {
        "method": "GET",
        "path": "/api/stream",
        "headers": [(b"X-Amzn-Request-Context", context)],
        "query_string": b"after_seq=1&after_seq=2&project_id=",
    }
    request = asgi.request_of(scope)
    assert (request.id, request.source_ip) == ("r-1", "10.0.0.1")
    assert request.query == {"after_seq": ["1", "2"], "project_id": [""]}
