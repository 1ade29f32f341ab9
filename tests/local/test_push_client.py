"""The client of `wakeline push`: what it tries again, and when it stops waiting."""

from __future__ import annotations

import httpx
import pytest

from local.push_client import ATTEMPTS, PushClient, PushFailed


class Server:
    """Answers as told, one after the other, the last for ever; an exception is a server out of reach."""

    def __init__(self, *answers: httpx.Response | None) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise httpx.ConnectError("refused", request=request)
        return answer


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept."""
    slept: list[float] = []
    monkeypatch.setattr("local.push_client.time.sleep", slept.append)
    return slept


def push(server: Server) -> PushClient:
    return PushClient("http://127.0.0.1:1", "key", transport=httpx.MockTransport(server))


def test_a_rate_limit_is_waited_out_as_long_as_it_says(waits: list[float]) -> None:
    limited = httpx.Response(429, headers={"Retry-After": "17"}, json={"error": {"message": "too many"}})
    with push(Server(limited, httpx.Response(200, json={"accepted": 1, "rejected": 0}))) as client:
        assert client.push([], None, None)["accepted"] == 1
    assert waits == [17.0]


def test_a_refusal_is_not_tried_again(waits: list[float]) -> None:
    server = Server(httpx.Response(401, json={"error": {"message": "no"}}))
    with push(server) as client, pytest.raises(PushFailed, match="401 no"):
        client.push([], None, None)
    assert (server.asked, waits) == (1, [])


def test_a_server_out_of_reach_is_waited_for_once_and_not_for_every_batch(waits: list[float]) -> None:
    server = Server(None)
    with push(server) as client:
        for _ in range(3):
            with pytest.raises(PushFailed, match="cannot be reached"):
                client.push([], None, None)
    assert server.asked == ATTEMPTS + 2
    assert len(waits) == ATTEMPTS - 1


def test_a_server_that_is_back_is_waited_for_again(waits: list[float]) -> None:
    done = httpx.Response(200, json={"accepted": 1, "rejected": 0})
    server = Server(*[None] * ATTEMPTS, done, None, done)
    with push(server) as client:
        with pytest.raises(PushFailed):
            client.push([], None, None)
        for _ in range(2):
            assert client.push([], None, None)["accepted"] == 1


@pytest.mark.parametrize(("status", "lacks"), [(200, False), (404, True), (403, False), (500, False)])
def test_what_a_server_lacks_is_what_it_says_it_has_not(status: int, lacks: bool) -> None:
    with push(Server(httpx.Response(status, json={}))) as client:
        assert client.lacks("s1") is lacks


def test_a_server_out_of_reach_does_not_say_that_it_lacks_something() -> None:
    with push(Server(None)) as client:
        assert not client.lacks("s1")
