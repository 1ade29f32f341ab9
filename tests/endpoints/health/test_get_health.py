"""GET /api/v1/health"""

import pytest


@pytest.mark.parametrize("key", [None, "unknown"])
def test_anyone_may_ask(stack, key):
    answer = stack.call("GET", "/api/v1/health", key=key)
    assert answer.status == 200
    assert answer.json.keys() == {"status", "version", "uptime_secs"}
    assert answer.json["status"] == "ok"
    assert isinstance(answer.json["version"], str)
    assert type(answer.json["uptime_secs"]) is int
    assert "x-ratelimit-limit" not in answer.headers
    assert answer.headers["x-request-id"]


def test_other_methods_are_not_there(stack):
    assert stack.call("POST", "/api/v1/health", body={}).status == 404
    assert stack.call("HEAD", "/api/v1/health").status == 404


def test_a_browser_may_ask_first(stack):
    answer = stack.call("OPTIONS", "/api/v1/traces", headers={"Origin": "https://console.example"})
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    for name in ("x-retrace-key", "idempotency-key", "content-type", "content-encoding"):
        assert name in answer.headers["access-control-allow-headers"].lower()
