"""A server on this machine that speaks Dodo Payments' API, as far as it is used, and its webhooks."""

import json
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

API_KEY = "dodo_key"
WEBHOOK_KEY = "whsec_" + b64encode(b"a webhook key of the tests").decode()


class Provider:
    """Sessions of checkout and portal; bearer keys; errors as JSON. `failing` is a status that everything answers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []
        self.failing = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                provider.seen.append((self.path, json.loads(body) if body else None))
                self._answer(*provider._answer(self.path, self.headers.get("authorization")))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                said = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_given: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _answer(self, path: str, authorization: str | None) -> tuple[int, dict[str, Any]]:
        if authorization != f"Bearer {API_KEY}":
            return 401, {"code": "UNAUTHORIZED", "message": "no"}
        if self.failing:
            return self.failing, {"code": "BROKEN", "message": "secret inside"}
        if path == "/checkouts":
            return 200, {"session_id": "cks_1", "checkout_url": "https://checkout.test/cks_1"}
        return 200, {"link": f"https://portal.test/{path.split('/')[2]}"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def event(
    workspace_id: str, status: str = "active", product: str = "pdt_pro", place: str = "sub_1", at: int = 0, **data: Any
) -> dict[str, Any]:
    """What a webhook says of a subscription; `at` is minutes after some moment."""
    moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=at)
    return {
        "business_id": "bus_1",
        "type": f"subscription.{status}",
        "timestamp": moment.isoformat(),
        "data": {
            "payload_type": "Subscription",
            "subscription_id": place,
            "status": status,
            "product_id": product,
            "customer": {"customer_id": "cus_1", "email": "a@b.c", "name": "A"},
            "metadata": {"workspace_id": workspace_id},
            **data,
        },
    }


def signed(body: bytes, message_id: str, key: str = WEBHOOK_KEY, age: int = 0) -> dict[str, str]:
    """The headers of a webhook that was signed `age` seconds ago."""
    moment = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(key).sign(message_id, moment, body.decode()),
        "content-type": "application/json",
    }
