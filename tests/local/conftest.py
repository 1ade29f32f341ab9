"""The embedded stack is tested with its own small template, and may use sockets on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from local.engine import Engine

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _loopback() -> Iterator[None]:
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.start(HERE / "small.yaml") as running:
        yield running
