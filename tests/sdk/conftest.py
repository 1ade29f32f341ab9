"""The SDK against a server in the same process; no pauses, no files but the test's own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sdk.fake_server import FakeServer
from wakeline_sdk import sender, state
from wakeline_sdk.client import Client
from wakeline_sdk.config import Config
from wakeline_sdk.transport import Transport

URL = "https://wakeline.test"


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(sender, "LONGEST_PAUSE", 0.01)


@pytest.fixture
def start(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Client]]:
    """Set the SDK up against `server`, as `init` would. What it still holds is dropped when the test ends."""
    running: list[Client] = []

    def begin(**given: Any) -> Client:
        said = {"flush_interval": 0.01, "exit_timeout": 1.0, **given}
        config = Config(url=URL, api_key="wl_test", **said)
        client = Client(config, lambda: Transport(config, server.client()))
        running.append(client)
        monkeypatch.setattr(state, "_client", client)
        monkeypatch.setattr(state, "_off", False)
        monkeypatch.setattr(state, "_ambient", None)
        return client

    yield begin
    server.always = None
    for client in running:
        client.close()
