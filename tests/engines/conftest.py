"""Handlers as Lambda runs them: each function in a process of its own, on real engines."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import seeds
from local.engine import CREDENTIALS, Engine
from local.functions import Functions
from local.gateway import Gateway
from local.template import REGION, Function, Template
from tests.conftest import open_loopback
from tests.endpoints.stack import Stack
from tests.engines.servers import Servers, free_port, process, wait_for
from wakeline.adapters import aws

ROOT = Path(__file__).parents[2]
EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"


class Emulated(Functions):
    """The template's functions, each started when it is first called: AWS's emulator, and in it AWS's Runtime Interface
    Client with the handler, in the environment of the template.
    """

    def __init__(self, template: Template, emulator: Path, client: Path, variables: dict[str, str], home: Path) -> None:
        super().__init__(template)
        self._command = [str(emulator)]
        self._client, self._variables, self._home = client, variables, home
        self._urls: dict[str, str] = {}
        self.pids: dict[str, int] = {}
        self.closing = ExitStack()

    def invoke(self, function: Function, event: Any, request_id: str | None = None) -> Any:
        """Send an event to the function's process. Raises AssertionError when the function raised."""
        url = self._urls.get(function.logical_id) or self._start(function)
        answer = httpx.post(f"{url}/2015-03-31/functions/function/invocations", json=event, timeout=function.timeout)
        said = answer.json()
        assert not (isinstance(said, dict) and "errorMessage" in said), said
        return said

    def _start(self, function: Function) -> str:
        port, api = free_port(), free_port()
        addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
        addresses += ["--runtime-api-address", f"127.0.0.1:{api}"]
        path = [self._client, function.code, ROOT / "layers" / "core" / "python"]
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        }
        command = [*self._command, *addresses, sys.executable, "-m", "awslambdaric", function.handler]
        started = self.closing.enter_context(
            process(
                command,
                self._home / f"{function.logical_id}.log",
                env=variables | self._variables | function.environment,
                cwd=function.code,
            )
        )
        wait_for(port)
        self.pids[function.logical_id] = started.pid
        self._urls[function.logical_id] = f"http://127.0.0.1:{port}"
        return self._urls[function.logical_id]

    def peak(self, function: Function) -> float:
        """The most memory that the process of a function has held, in MiB."""
        children = Path(f"/proc/{self.pids[function.logical_id]}/task")
        found = [int(pid) for each in children.glob("*/children") for pid in each.read_text().split()]
        status = Path(f"/proc/{found[0]}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@pytest.fixture(autouse=True)
def _loopback() -> None:
    open_loopback()


@pytest.fixture(scope="package")
def engine(real_engines: Servers | None) -> Iterator[Engine]:
    """The template's table and buckets on the real engines, and the local stack's credentials in them."""
    if real_engines is None:
        pytest.skip("needs the real engines: make test-engines")
    real_engines.clear()
    with Engine.start(
        ROOT / "template.yaml",
        parameters=seeds.parameters("unlimited"),
        dynamodb_endpoint=real_engines.dynamodb,
        s3_endpoint=real_engines.s3,
    ) as made:
        aws.client.cache_clear()
        seeds.write_credentials(made, "unlimited")
        yield made
    aws.client.cache_clear()


@pytest.fixture(scope="package")
def emulated(
    engine: Engine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulated]:
    """The functions in processes of their own."""
    emulator = next((ROOT / ".venv-tools").glob(f"lib/python*/site-packages/{EMULATOR}"), None)
    client = Path(request.config.getoption("--engines")).resolve() / "lambda"
    if emulator is None or not os.access(emulator, os.X_OK) or os.uname().machine != "x86_64":
        pytest.skip("AWS's Lambda emulator is in .venv-tools (make .venv-tools/.tools), for x86_64 Linux")
    if not (client / "awslambdaric").is_dir():
        reason = client.with_suffix(".absent")
        pytest.skip(reason.read_text().strip() if reason.is_file() else "awslambdaric is not there: make test-engines")
    endpoints = {name: value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL_")}
    variables = {**CREDENTIALS, "AWS_REGION": REGION, **endpoints}
    made = Emulated(engine.template, emulator, client, variables, tmp_path_factory.mktemp("lambda"))
    with made.closing:
        yield made


@pytest.fixture(scope="package")
def stack(engine: Engine, emulated: Emulated) -> Iterator[Stack]:
    """The API: routed here, answered there."""
    gateway = Gateway(engine.template, emulated)
    yield Stack(engine, gateway)
    gateway.close()
