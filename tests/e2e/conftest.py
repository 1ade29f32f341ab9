"""`wakeline serve` as a process of its own, spoken to over HTTP on loopback."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import pytest_socket

from tests.conftest import open_loopback
from tests.engines.servers import Servers

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "import sys; from local.cli import main; sys.exit(main())"]
PATHS = [ROOT, ROOT / "functions", ROOT / "layers" / "core" / "python"]


def environment(home: Path) -> dict[str, str]:
    """This process's environment, with the product on the path and a home of the test's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WAKELINE_"))}
    own = {"PYTHONPATH": os.pathsep.join(map(str, PATHS)), "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return kept | own


ENGINES: list[Servers] = []
"""The real engines that servers of this run use, if they do."""


@contextmanager
def serving(home: Path, *options: str) -> Iterator[str]:
    """Run a server on a free port until the block ends; yields its URL. Ends it with SIGTERM and wants a clean end."""
    for engines in ENGINES:
        if "--data" in options:
            pytest.skip("real engines keep what is stored themselves")
        open_loopback()
        engines.clear()
        options = (*options, *engines.options)
    with open(home / "serve.log", "ab") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *options],
            cwd=ROOT,
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            assert server.stdout is not None
            first = server.stdout.readline().decode()
            assert first.startswith("ready http://127.0.0.1:"), (home / "serve.log").read_text()[-2000:]
            yield first.split()[1]
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()
            if server.stdout is not None:
                server.stdout.close()


@pytest.fixture(scope="session", autouse=True)
def _engines(real_engines: Servers | None) -> None:
    ENGINES[:] = [real_engines] if real_engines else []


@pytest.fixture(autouse=True)
def _loopback() -> Iterator[None]:
    open_loopback()
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without the sample, shared by a file's tests."""
    with serving(tmp_path_factory.mktemp("home"), "--no-sample") as address:
        yield address


@contextmanager
def client(url: str, key: str = "wl_local_project") -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as made:
        yield made
