"""For every test: no network (pytest-socket lets only unix sockets through), and three strengths of hypothesis."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

from tests.engines import servers

# A deadline measures the machine, not the code, and a shared example database makes two runs differ.
settings.register_profile("default", deadline=None, database=None, max_examples=100)
settings.register_profile(
    "ci", parent=settings.get_profile("default"), derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engines", metavar="DIR", help="run against DynamoDB Local and versitygw, installed in DIR")


@pytest.fixture(scope="session")
def real_engines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[servers.Servers | None]:
    """The servers of `--engines`; None without that option, when the embedded engine serves."""
    folder = request.config.getoption("--engines")
    if folder is None:
        yield None
        return
    reason = servers.missing(Path(folder))
    if reason is not None:
        pytest.skip(reason)
    open_loopback()
    with servers.running(Path(folder), tmp_path_factory.mktemp("engines")) as made:
        yield made


def open_loopback() -> None:
    """Let tests talk to servers on this machine."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
