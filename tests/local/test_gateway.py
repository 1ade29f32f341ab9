"""The gateway builds the event API Gateway would and turns answers back into HTTP."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local import gateway as gateway_module
from local.gateway import Answer
from local.stack import Stack


def echoed(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200
    event: dict[str, Any] = json.loads(answer.body)["event"]
    return event


def test_the_event(stack: Stack) -> None:
    headers = [("host", "127.0.0.1:1"), ("x-two", "1"), ("x-two", "2"), ("user-agent", "me")]
    event = echoed(stack.gateway.call("POST", "/echo/a%3Ab", "q=1&q=%C3%A9&e=", headers, b"\xff{", "10.0.0.9"))
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/echo/{name}", "/echo/a%3Ab", "POST")
    assert event["pathParameters"] == {"name": "a%3Ab"}
    assert event["queryStringParameters"] == {"q": "é", "e": ""}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "é"], "e": [""]}
    assert event["headers"]["x-two"] == "2"
    assert event["multiValueHeaders"]["x-two"] == ["1", "2"]
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\xff{", True)
    context = event["requestContext"]
    assert (context["stage"], context["path"], context["identity"]["sourceIp"]) == (
        "dev",
        "/dev/echo/a%3Ab",
        "10.0.0.9",
    )
    assert context["identity"]["userAgent"] == "me"
    assert len(context["requestId"]) == 36


def test_nothing_sent_is_null(stack: Stack) -> None:
    event = echoed(stack.gateway.call("GET", "/echo/x"))
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None


def test_literal_segments_come_first(stack: Stack) -> None:
    assert stack.gateway.call("GET", "/echo/special").status == 203
    assert echoed(stack.gateway.call("GET", "/echo/special/deep"))["pathParameters"] == {"name": "special"}
    assert echoed(stack.gateway.call("GET", "/files/a/b%20c"))["pathParameters"] == {"rest": "a/b%20c"}


def test_answers_with_bytes_and_repeated_headers(stack: Stack) -> None:
    answer = stack.gateway.call("GET", "/echo/special")
    assert answer.body == b"\x00\xff"
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert ("x-one", "1") in answer.headers
    assert [value for name, value in answer.headers if name == "content-type"] == ["application/x-bytes"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nope"), ("DELETE", "/echo/x"), ("GET", "/echo/"), ("HEAD", "/boom")]
)
def test_unknown_routes_and_methods_are_404(stack: Stack, method: str, path: str) -> None:
    answer = stack.gateway.call(method, path)
    error = json.loads(answer.body)["error"]
    assert answer.status == 404
    assert set(error) == {"code", "message", "retry", "request_id"}
    assert (error["code"], error["retry"]) == ("not_found", "after_fix")
    assert ("x-request-id", error["request_id"]) in answer.headers


def test_a_handler_that_raises_is_500_and_tells_nothing(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    answer = stack.gateway.call("GET", "/boom")
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (500, "internal_error")
    assert b"secret inside" not in answer.body
    assert "a secret inside" in capsys.readouterr().err


@pytest.mark.parametrize("body", [None, b"x" * 6_300_000])
def test_what_api_gateway_or_lambda_would_not_take_is_413(stack: Stack, body: bytes | None) -> None:
    answer = stack.gateway.call("POST", "/echo/x", body=body)
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (413, "payload_too_large")


def test_preflight(stack: Stack) -> None:
    answer = stack.gateway.call("OPTIONS", "/echo/x")
    assert dict(answer.headers) == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "Authorization",
        "access-control-max-age": "60",
    }
    assert stack.gateway.call("OPTIONS", "/nope").status == 404


def test_malformed_answers_are_500(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stack.functions._handlers, "small_api.boom", lambda event, context: {"body": "x"})
    assert stack.gateway.call("GET", "/boom").status == 500
    monkeypatch.setitem(
        stack.functions._handlers, "small_api.boom", lambda event, context: {"statusCode": 200, "body": "x" * 6_300_000}
    )
    assert stack.gateway.call("GET", "/boom").status == 500


def test_the_largest_body_is_ten_megabytes() -> None:
    assert gateway_module.MAX_REQUEST == 10 * 2**20
