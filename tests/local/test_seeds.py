"""The fixed credentials and the sample, on the real template through the real handlers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from local import seeds
from local.stack import Stack, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def served() -> Iterator[Stack]:
    with run(ROOT / "template.yaml", parameters=seeds.parameters("unlimited")) as running:
        seeds.write_credentials(running.engine, "unlimited")
        seeds.load_sample(running.gateway)
        yield running


def get(stack: Stack, path: str, token: str) -> tuple[int, Any, dict[str, str]]:
    answer = stack.gateway.call("GET", path, headers=[("authorization", f"Bearer {token}")])
    return answer.status, json.loads(answer.body), dict(answer.headers)


@pytest.mark.parametrize("trace", ["sample-fix-failing-test", "sample-flight-booking"])
@pytest.mark.parametrize("token", [seeds.PROJECT_KEY, seeds.ADMIN_KEY, seeds.SERVICE_KEY])
def test_the_sample_is_there_and_verifies(served: Stack, trace: str, token: str) -> None:
    status, verified, headers = get(served, f"/api/v1/traces/{trace}/verify", token)
    assert (status, verified["valid"]) == (200, True)
    assert int(headers["x-ratelimit-limit"]) >= 1_000_000


def test_the_other_workspace_does_not_see_it(served: Stack) -> None:
    assert get(served, "/api/v1/traces/sample-flight-booking", seeds.OTHER_ADMIN_KEY)[0] == 404
    assert get(served, "/api/v1/traces/sample-flight-booking", "wl_local_nobody")[0] == 401


def test_console_tokens_work(served: Stack) -> None:
    claims = {
        "iss": seeds.JWT_ISSUER,
        "aud": seeds.JWT_AUDIENCE,
        "sub": "u1",
        "workspace_id": seeds.WORKSPACE,
        "role": "viewer",
        "exp": int(time.time()) + 60,
    }
    token = jwt.encode(claims, seeds.JWT_SECRET, algorithm="HS256")
    assert get(served, "/api/v1/traces/sample-flight-booking", token)[0] == 200


def test_loading_again_adds_nothing(served: Stack) -> None:
    before = get(served, "/api/v1/traces/sample-flight-booking/verify", seeds.ADMIN_KEY)[1]["head_hash"]
    seeds.write_credentials(served.engine, "unlimited")
    seeds.load_sample(served.gateway)
    assert get(served, "/api/v1/traces/sample-flight-booking/verify", seeds.ADMIN_KEY)[1]["head_hash"] == before


def test_the_sample_transcript_shows_what_it_should(served: Stack) -> None:
    _, session, _ = get(served, "/api/sessions/sample-fix-failing-test", seeds.PROJECT_KEY)
    assert any(call.get("error") for call in session["tool_calls"])
    assert len(session["subagents"]) == 1
    assert {change["path"] for change in session["file_changes"]} == {"/home/sam/checkout/src/cart.py"}
