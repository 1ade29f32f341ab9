"""Outgoing requests: signed, to public addresses only, and never for long."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from wakeline.adapters.outgoing import Unreachable, client, post, signed_headers
from wakeline.adapters.outgoing.runners import WebhookRunners
from wakeline.domain.outgoing import is_public_host
from wakeline.domain.replay.engine import EngineFailed

SECRET = "whsec_" + "QUFB" * 8


class Far:
    """A server on this machine: `answer` is what it says, `seen` what it was sent."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        far = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                far.seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
                answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/x?y=1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()


@pytest.fixture
def far(loopback, monkeypatch) -> Iterator[Callable[..., Far]]:
    made: list[Far] = []

    def start(status: int = 204, wait: threading.Event | None = None, **headers: str) -> Far:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            if wait is not None:
                wait.wait(5)
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.end_headers()

        made.append(Far(answer))
        monkeypatch.setenv("OUTGOING_ALLOW", f"127.0.0.1:{made[-1].server.server_port}")
        return made[-1]

    yield start
    for each in made:
        each.server.shutdown()
        each.server.server_close()


def test_a_signed_request_arrives_whole(far):
    there = far()
    WebhookRunners().send(there.url, SECRET, "msg_1", b'{"a": 1}')
    ((headers, body),) = there.seen
    assert Webhook(SECRET).verify(body, headers) == {"a": 1}
    assert headers["webhook-id"] == "msg_1"
    assert headers["host"] == f"127.0.0.1:{there.server.server_port}"


def test_a_signature_is_of_this_body():
    headers = signed_headers(SECRET, "msg_1", datetime.now(UTC), b"{}")
    assert headers["webhook-signature"].startswith("v1,")
    other = signed_headers(SECRET, "msg_1", datetime.now(UTC), b"{ }")
    assert other["webhook-signature"] != headers["webhook-signature"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "the runner answered 500"),
        (404, "the runner answered 404"),
        (307, "the runner answered 307; redirects are not followed"),
    ],
)
def test_what_is_not_2xx_fails(far, status, said):
    there = far(status, Location="http://10.0.0.1/")
    with pytest.raises(EngineFailed) as caught:
        WebhookRunners().send(there.url, SECRET, "msg_1", b"{}")
    assert caught.value.message == said
    assert len(there.seen) == 1


def test_it_is_given_up_in_time(far):
    free = threading.Event()
    there = far(wait=free)
    try:
        with pytest.raises(Unreachable, match="did not answer in time"):
            post(there.url, {}, b"{}", seconds=0.2)
    finally:
        free.set()


def test_nobody_there(loopback):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OUTGOING_ALLOW", url.split("/")[2])
            with pytest.raises(Unreachable, match="the connection failed"):
                post(url, {}, b"{}")


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
def test_a_name_that_leads_to_a_private_address_is_not_followed(monkeypatch, address):
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    private = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [public, private])
    connected: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given: connected.append(given))
    with pytest.raises(Unreachable, match="private address"):
        post("https://rebound.example/", {}, b"{}")
    assert connected == []


def test_it_connects_to_the_address_that_was_checked(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    connected: list[Any] = []

    def connect(place, timeout):
        connected.append((place, timeout))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable, match="the connection failed"):
        post("https://some.example/", {}, b"{}")
    assert connected == [(("93.184.216.34", 443), client.CONNECT_S)]


@pytest.mark.parametrize(
    "host",
    [
        *(
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "0.0.0.0",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *("::", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "255.255.255.255"),
        *(
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "db.internal",
            "printer.local",
            "2130706433",
            "0x7f000001",
            "127.1",
        ),
    ],
)
def test_private_hosts(host):
    assert not is_public_host(host)


@pytest.mark.parametrize("host", ["example.com", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "1.example"])
def test_public_hosts(host):
    assert is_public_host(host)
