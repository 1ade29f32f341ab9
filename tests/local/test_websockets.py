"""The WebSocket API of a small template: routes, refusals, the management API."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from local.engine import Engine
from local.functions import Functions
from local.template import load
from local.websockets import MAX_MESSAGE, MAX_WAITING, WebSocketApi
from wakeline.adapters.websocket.sockets import ApiGatewaySockets

HERE = Path(__file__).parent


class Browser:
    """The client's side of one ASGI WebSocket."""

    def __init__(self, api: WebSocketApi, path: str = "/ws", query: str = "", extensions: bool = True) -> None:
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.got: asyncio.Queue[Any] = asyncio.Queue()
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"authorization", b"Bearer x")],
            "client": ("127.0.0.1", 1),
            "extensions": {"websocket.http.response": {}} if extensions else {},
        }
        self.sent.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(api.serve(scope, self.sent.get, self.got.put))

    async def next(self) -> Any:
        return await asyncio.wait_for(self.got.get(), 5)

    def say(self, text: str) -> None:
        self.sent.put_nowait({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        self.sent.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(self.task, 5)


@pytest.fixture(params=["direct", "over HTTP"])
def api(request, monkeypatch):
    monkeypatch.setenv("WEBSOCKET_ENDPOINT", "https://wakeline-live.execute-api.us-east-1.amazonaws.com/ws")
    with Engine.start(load(HERE / "sockets.yaml")) as engine:
        made = WebSocketApi(engine.template, Functions(engine.template))
        engine.sockets = made.manage
        engine.post = made.post if request.param == "direct" else None
        monkeypatch.setattr("local.websockets.PATIENCE_S", 0.05)
        made._functions.handler(engine.template.function("Connect"))
        sys.modules["small_sockets"].SEEN.clear()
        yield made
        made.close()


def seen():
    return sys.modules["small_sockets"].SEEN


def run(story):
    asyncio.run(asyncio.wait_for(story, 20))


def test_a_life(api):
    async def story():
        browser = Browser(api, query="a=1&a=2")
        assert (await browser.next())["type"] == "websocket.accept"
        browser.say('{"action": "shout", "text": "hello"}')
        browser.say("anything")
        assert (await browser.next())["text"] == "said: anything"
        await browser.leave()

    run(story())
    connected, shouted, said, left = seen()
    assert [each["requestContext"]["routeKey"] for each in seen()] == ["$connect", "shout", "$default", "$disconnect"]
    assert connected["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert connected["headers"]["authorization"] == "Bearer x"
    assert shouted["body"] == '{"action": "shout", "text": "hello"}'
    assert said["requestContext"]["eventType"] == "MESSAGE"
    assert len({each["requestContext"]["connectionId"] for each in (connected, shouted, said, left)}) == 1


def test_whoever_is_refused_hears_why(api):
    async def story():
        browser = Browser(api, query="refuse=401")
        assert (await browser.next())["status"] == 401
        old = Browser(api, query="refuse=401", extensions=False)
        assert await old.next() == {"type": "websocket.close", "code": 1008}

    run(story())
    assert len(seen()) == 2


def test_there_is_one_path(api):
    async def story():
        assert (await Browser(api, "/other").next())["status"] == 403

    run(story())
    assert seen() == []


def test_posting(api):
    sockets = ApiGatewaySockets()

    async def story():
        browser = Browser(api)
        await browser.next()
        (name,) = api._clients
        for n in range(3):
            assert await asyncio.to_thread(sockets.post, name, b"message %d" % n) == "sent"
        assert [(await browser.next())["text"] for _ in range(3)] == ["message 0", "message 1", "message 2"]
        await asyncio.to_thread(sockets.close, name)
        assert (await browser.next())["type"] == "websocket.close"
        assert await asyncio.to_thread(sockets.post, name, b"late") == "gone"
        await browser.leave()
        sockets.close(name)

    run(story())


def test_nobody_is_gone(api):
    assert ApiGatewaySockets().post("L0SM9cOFvHcCIhw=", b"x") == "gone"


def test_a_client_that_does_not_read_is_slow(api):
    async def story():
        browser = Browser(api)
        await browser.next()
        (client,) = api._clients.values()
        client.size = MAX_WAITING
        assert await asyncio.to_thread(ApiGatewaySockets().post, client.id, b"x") == "slow"
        await browser.leave()

    run(story())


def test_a_post_waits_until_there_is_room(api, monkeypatch):
    monkeypatch.setattr("local.websockets.PATIENCE_S", 10.0)

    async def story():
        browser = Browser(api)
        await browser.next()
        (client,) = api._clients.values()
        client.size = MAX_WAITING
        posting = asyncio.create_task(asyncio.to_thread(ApiGatewaySockets().post, client.id, b"x"))
        while not client.room._waiters:
            await asyncio.sleep(0.01)
        with client.room:
            client.size = 0
            client.room.notify_all()
        assert await posting == "sent"
        client.size = MAX_WAITING
        posting = asyncio.create_task(asyncio.to_thread(ApiGatewaySockets().post, client.id, b"x"))
        while not client.room._waiters:
            await asyncio.sleep(0.01)
        await browser.leave()
        assert await posting == "gone"

    run(story())


def test_too_long_a_message(api):
    from botocore.exceptions import ClientError

    async def story():
        browser = Browser(api)
        await browser.next()
        (name,) = api._clients
        with pytest.raises(ClientError, match="PayloadTooLarge"):
            await asyncio.to_thread(ApiGatewaySockets().post, name, b"x" * (MAX_MESSAGE + 1))
        browser.say("x" * (MAX_MESSAGE + 1))
        assert (await browser.next())["type"] == "websocket.close"
        await browser.leave()

    run(story())


def test_a_function_that_fails_refuses(api, capsys):
    async def story():
        assert (await Browser(api, query="refuse=crash").next())["status"] == 502

    run(story())
    assert "Connect failed" in capsys.readouterr().err
