"""The adapters run against the embedded engine with the resources of the real template."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from local.engine import Engine
from tests.adapters.tampering import record
from tests.conftest import open_loopback
from tests.engines.servers import Servers
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters import aws
from wakeline.adapters.dynamodb.ledger import DynamoLedger

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture(scope="package")
def running(real_engines: Servers | None) -> Iterator[Engine]:
    if real_engines:
        real_engines.clear()
    with Engine.start(
        TEMPLATE,
        dynamodb_endpoint=real_engines.dynamodb if real_engines else None,
        s3_endpoint=real_engines.s3 if real_engines else None,
    ) as engine:
        # Clients that were made before the engine ran would not know it.
        aws.client.cache_clear()
        yield engine
    aws.client.cache_clear()


@pytest.fixture
def engine(running: Engine, real_engines: Servers | None) -> Engine:
    """The engine that the run is about (the embedded one without `--engines`), empty."""
    if real_engines:
        open_loopback()
        real_engines.empty()
    running.clear()
    return running


@pytest.fixture
def embedded(engine: Engine) -> Engine:
    """The embedded engine, empty: for tests that look into it, count its calls or hear of its changes."""
    if engine.endpoints:
        pytest.skip("only the embedded engine can be looked into")
    return engine


@pytest.fixture
def over_http(embedded: Engine) -> Iterator[None]:
    """The empty engine without its short way: every call is a request of botocore's and an answer of moto's."""
    embedded.direct = False
    yield
    embedded.direct = True


@pytest.fixture(params=["memory", "engine"])
def store(request: pytest.FixtureRequest) -> Any:
    """A ledger with the intruder's trace in it."""
    if request.param == "engine":
        request.getfixturevalue("engine")
    made: Any = DynamoLedger() if request.param == "engine" else MemoryLedger()
    record(made)
    return made


@pytest.fixture
def loopback() -> Iterator[None]:
    """Let a test talk to a server of its own on this machine."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)
