"""The edge by itself: keys, answers, clock and secrets in memory, no AWS."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.edge import MemoryAnswers, MemoryKeys
from tests.fakes.env import Clock, fixed_env
from tests.unit.http.asking import SECRET, Answered, proxy_event
from wakeline import wiring
from wakeline.http.endpoint import Endpoint
from wakeline.http.entry import lambda_entry


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
    for name in ("JWT_ISSUER", "JWT_AUDIENCE", "JWT_JWKS_URL", "JWT_SECRET_NAME", "DEFAULT_PLAN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys() -> MemoryKeys:
    made = MemoryKeys()
    made.add(SECRET)
    return made


@pytest.fixture
def answers() -> MemoryAnswers:
    return MemoryAnswers()


@pytest.fixture
def ask(
    monkeypatch: pytest.MonkeyPatch, keys: MemoryKeys, answers: MemoryAnswers, clock: Clock
) -> Callable[..., Answered]:
    """`ask(endpoint, key=…, method=…, path=…, query=…, headers=…, body=…)`: one request through the Lambda handler."""
    env = fixed_env(clock)
    monkeypatch.setattr(wiring, "keys", lambda: keys)
    monkeypatch.setattr(wiring, "idempotency", lambda: answers)
    monkeypatch.setattr(wiring, "_system_env", lambda: env)

    def one(endpoint: Endpoint, key: str | None = SECRET, **said: Any) -> Answered:
        method, _, path = endpoint.routes[0].partition(" ")
        headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **said.pop("headers", {})}
        event = proxy_event(**{"method": method, "path": path, **said}, headers=headers)
        return Answered(lambda_entry(endpoint)(event, None))

    return one
