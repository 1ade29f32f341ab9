"""/api/v1/webhooks: subscribe, list, show, end, test, and the log. Far ends are real servers on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.endpoints.stack import pages
from wakeline.adapters.outgoing import client, courier
from wakeline.domain.webhooks.webhook import Message, told
from wakeline.services import webhooks
from wakeline.wiring import evidence

pytestmark = pytest.mark.enable_socket  # the far ends

PATH = "/api/v1/webhooks"
HOOK = {"url": "https://hooks.example.com/x", "events": ["trace.completed"]}


@pytest.fixture
def admin(workspace):
    return workspace.key("admin")


@pytest.fixture
def made(stack, admin):
    return stack.call("POST", PATH, key=admin, body=HOOK).json


@pytest.fixture(autouse=True)
def _no_dns(monkeypatch):
    """The names of these tests have no address, except loopback's."""
    import socket

    real = socket.getaddrinfo

    def lookup(host, *args, **more):
        if host == "inside.example.com":
            return real("10.1.2.3", *args, **more)
        if host == "127.0.0.1":
            return real(host, *args, **more)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(courier, "post", client.post)


class Server(HTTPServer):
    got: list[Any]
    status: int


@pytest.fixture
def far_end(monkeypatch) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            server.got.append((dict(self.headers), body))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *_args):
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    server.got, server.status = [], 204
    monkeypatch.setenv("OUTGOING_ALLOW", f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("POST", PATH),
        ("GET", f"{PATH}/whk_1"),
        ("DELETE", f"{PATH}/whk_1"),
        ("GET", f"{PATH}/whk_1/deliveries"),
        ("POST", f"{PATH}/whk_1/test"),
    ],
)
def test_credentials(stack, workspace, elsewhere, made, method, path):
    body = HOOK if (method, path) == ("POST", PATH) else None
    assert stack.call(method, path, body=body).status == 401
    assert stack.call(method, path, key=workspace.key("traces:read", "traces:write"), body=body).status == 403
    if path != PATH:
        mine = path.replace("whk_1", made["id"])
        assert stack.call(method, mine, key=elsewhere.key("admin")).error["code"] == "not_found"
        assert stack.call(method, path, key=workspace.key("admin")).error["code"] == "not_found"


def test_the_secret_is_shown_once(stack, admin, made):
    assert made["secret"].startswith("whsec_")
    assert made.items() >= {"url": HOOK["url"], "events": ["trace.completed"], "enabled": True}.items()
    shown = stack.call("GET", f"{PATH}/{made['id']}", key=admin).json
    listed = stack.call("GET", PATH, key=admin).json
    assert "secret" not in shown
    assert (listed["webhooks"], listed["total"]) == ([shown], 1)


def test_ending_one(stack, admin, made):
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=admin).status == 204
    assert stack.call("GET", f"{PATH}/{made['id']}", key=admin).status == 404
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=admin).status == 404
    assert stack.call("GET", PATH, key=admin).json["webhooks"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": ["*"]}, "url"),
        ({"url": "https://x.example.com"}, "events"),
        ({"url": "https://x.example.com", "events": []}, "events"),
        ({"url": "https://x.example.com", "events": ["nope"]}, "events.0"),
        ({"url": "https://x.example.com", "events": ["*"], "secret": "mine"}, "secret"),
        ({"url": "http://x.example.com", "events": ["*"]}, "url"),
        ({"url": "https://127.0.0.1/x", "events": ["*"]}, "url"),
        ({"url": "https://localhost/x", "events": ["*"]}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data/", "events": ["*"]}, "url"),
        ({"url": "https://[::1]/x", "events": ["*"]}, "url"),
        ({"url": "https://[fd00:ec2::254]/x", "events": ["*"]}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/x", "events": ["*"]}, "url"),
        ({"url": "https://10.0.0.1", "events": ["*"]}, "url"),
        ({"url": "https://192.168.1.1", "events": ["*"]}, "url"),
        ({"url": "https://0x7f000001/", "events": ["*"]}, "url"),
        ({"url": "https://2130706433/", "events": ["*"]}, "url"),
        ({"url": "https://inside.example.com/", "events": ["*"]}, "url"),
        ({"url": "https://me:secret@x.example.com/", "events": ["*"]}, "url"),
        ({"url": "ftp://x.example.com/", "events": ["*"]}, "url"),
        ({"url": "", "events": ["*"]}, "url"),
    ],
)
def test_bad_subscriptions(stack, workspace, admin, body, field):
    answer = stack.call("POST", PATH, key=admin, body=body)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert evidence.webhooks().webhooks(workspace.id) == []


def test_a_test_message_verifies_with_the_standard_library(stack, admin, far_end):
    url = f"http://127.0.0.1:{far_end.server_port}/hook?a=1"
    hook = stack.call("POST", PATH, key=admin, body={"url": url, "events": ["*"]}).json
    answer = stack.call("POST", f"{PATH}/{hook['id']}/test", key=admin)
    assert (answer.status, answer.json["status"], answer.json["status_code"]) == (200, "delivered", 204)
    ((headers, body),) = far_end.got
    said = Webhook(hook["secret"]).verify(body, {name.lower(): value for name, value in headers.items()})
    assert said["type"] == "webhook.test"
    assert said["id"] == answer.json["id"]


def test_messages_are_logged_page_by_page(stack, workspace, admin, far_end):
    url = f"http://127.0.0.1:{far_end.server_port}/hook"
    hook = stack.call("POST", PATH, key=admin, body={"url": url, "events": ["trace.*"]}).json
    post = evidence.post()
    far_end.status = 500
    sent = []
    for n in range(3):
        detail = {"workspace_id": workspace.id, "occurred_at": f"2026-03-21T10:00:0{n}.000Z", "trace_id": "trc_1"}
        (webhook,) = evidence.webhooks().webhooks(workspace.id)
        message = Message.of(
            webhook, "trace.completed", f"evn_{n}", detail["occurred_at"], told(detail, "trace.completed")
        )
        sent.append(message.id)
        assert webhooks.deliver(post, message) == "retrying"
    log = f"{PATH}/{hook['id']}/deliveries"
    lines = pages(lambda cursor: stack.call("GET", log, key=admin, limit=2, cursor=cursor), "deliveries")
    assert [line["id"] for line in lines] == sent[::-1]
    assert lines[0].items() >= {"status": "retrying", "attempts": 1, "status_code": 500}.items()
    assert stack.call("GET", f"{PATH}/{hook['id']}", key=admin).json["failing_since"] is not None
    assert json.loads(far_end.got[0][1])["data"]["trace"]["id"] == "trc_1"


def test_a_name_that_leads_elsewhere_by_then_is_not_followed(stack, workspace, admin, monkeypatch):
    import socket

    hook = stack.call("POST", PATH, key=admin, body={"url": "https://rebind.example.com/", "events": ["*"]}).json
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *args, **more: real("127.0.0.1", *args, **more))
    answer = stack.call("POST", f"{PATH}/{hook['id']}/test", key=admin).json
    assert (answer["status"], answer["error"]) == ("failed", "the host leads to a private address")


def test_what_was_done_is_in_the_audit_log(stack, workspace, admin, made):
    stack.call("DELETE", f"{PATH}/{made['id']}", key=admin)
    rows = stack.call("GET", "/api/v1/audit/export", key=admin, from_="2000-01-01", to="2099-12-31").json
    told = " ".join(row["description"] for row in rows)
    assert "webhook.created" in told
    assert "webhook.deleted" in told
