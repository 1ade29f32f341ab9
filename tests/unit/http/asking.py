"""Proxy events as API Gateway makes them, and the answers to them."""

import base64
import json
from typing import Any

SECRET = "wl_live_test"
REQUEST_ID = "req-1"


def proxy_event(
    method: str = "GET",
    path: str = "/api/v1/things",
    *,
    query: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
    body: Any = None,
    path_parameters: dict[str, str] | None = None,
    base64_body: bool = True,
) -> dict[str, Any]:
    """A REST API's proxy event. `body` is bytes, text, or a value to send as JSON."""
    sent = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return {
        "httpMethod": method,
        "path": path,
        "headers": headers,
        "multiValueQueryStringParameters": query,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "pathParameters": path_parameters,
        "requestContext": {"requestId": REQUEST_ID, "identity": {"sourceIp": "192.0.2.1"}},
        "body": None if body is None else base64.b64encode(sent).decode() if base64_body else sent.decode(),
        "isBase64Encoded": body is not None and base64_body,
    }


class Answered:
    """A proxy answer, read."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.status: int = answer["statusCode"]
        self.headers: dict[str, str] = answer["headers"]
        self.text: str = answer["body"]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        """The error of an answer that is one, its shape checked."""
        assert self.status >= 400
        assert self.headers["Content-Type"] == "application/json"
        assert self.json.keys() == {"error"}
        error: dict[str, Any] = self.json["error"]
        assert {"code", "message", "retry", "request_id"} <= error.keys() <= {
            "code", "message", "retry", "request_id", "details",
        }  # fmt: skip
        assert error["request_id"] == self.headers["x-request-id"]
        assert error["retry"] in ("after_fix", "conditional", "backoff")
        return error

    @property
    def fields(self) -> list[str]:
        """The fields that an error names."""
        return [detail["field"] for detail in self.error.get("details", [])]
