"""Requests that schemathesis makes up from the API's description: no answer is a 5xx, none is not described."""

import os
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.endpoints.conformance import strict

# A 5xx is none that is described, but 503 where something may not be configured.
CHECKS: list[Any] = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("DESCRIBED_EXAMPLES", "5"))
"""Per operation. `make test-described` makes more, and schemathesis's own at every bound beside them."""
PHASES = [Phase.generate] if EXAMPLES < 10 else [Phase.explicit, Phase.generate]


@schemathesis.serializer("application/toml", "application/x-protobuf", "application/octet-stream")
def as_it_is(_context: Any, value: Any) -> bytes:
    """Bodies that are not JSON."""
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


SCHEMA = schemathesis.openapi.from_dict(strict())


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """A stream that is let in ends at once."""
    monkeypatch.setenv("STREAM_SECONDS", "0.05")
    monkeypatch.setenv("STREAM_POLL_MS", "10")


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    phases=PHASES,
    suppress_health_check=list(HealthCheck),
)
def test_what_is_answered_is_described(case, stack, described_key):
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://wakeline.test")).prepare()
    # It makes up credentials, too; they are test_isolation's.
    sent.headers.pop("x-retrace-key", None)
    sent.headers["Authorization"] = f"Bearer {described_key}"
    path, _, query = (sent.path_url or "/").partition("?")
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    answer = stack.gateway.call(sent.method, path, query, list(sent.headers.items()), body)
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name.lower(), []).append(value)
    case.validate_response(Response(answer.status, headers, answer.body, sent, 0.0, False), checks=CHECKS)
