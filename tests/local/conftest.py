"""The embedded stack is tested with its own small template, and may use sockets on loopback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from local.engine import Engine
from local.stack import Stack, run

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


@pytest.fixture
def stack() -> Iterator[Stack]:
    with run(HERE / "small.yaml") as running:
        yield running


@pytest.fixture
def workers(stack: Stack) -> Any:
    """The module of the background functions, with nothing seen yet."""
    stack.functions.handler(stack.engine.template.function("OnChange"))
    module = sys.modules["small_workers"]
    module.SEEN.clear()
    module.FAILING.clear()
    return module
