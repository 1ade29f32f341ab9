"""DynamoDB Local and an S3 server as processes of their own on loopback, and why one of them cannot run here."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from local.engine import CREDENTIALS
from local.template import REGION

_MAIN = "software.amazon.dynamodb.services.local.main.ServerRunner"
PATIENCE = 60
"""Seconds that a server may take to start, on a machine with much else to do."""


@dataclass(frozen=True)
class Servers:
    """Where they are. `clear` leaves nothing, as in a new account; `empty` leaves empty tables and buckets."""

    dynamodb: str
    s3: str
    kept: tuple[Path, ...]
    """The folders of the S3 server: buckets, versions, metadata."""

    @property
    def options(self) -> list[str]:
        """The options of `wakeline serve` that use them."""
        return ["--dynamodb-endpoint", self.dynamodb, "--s3-endpoint", self.s3]

    def client(self, service: str) -> Any:
        """A client with the credentials that both servers know."""
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.s3 if service == "s3" else self.dynamodb,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}),
        )

    def clear(self) -> None:
        """Delete every table and bucket."""
        for name in self._dynamodb.list_tables()["TableNames"]:
            self._dynamodb.delete_table(TableName=name)
        # By the files: a digest under Object Lock outlives every request.
        for folder in self.kept:
            for each in folder.iterdir():
                shutil.rmtree(each)

    def empty(self) -> None:
        """Delete every item and every object that no lock holds."""
        for name in self._dynamodb.list_tables()["TableNames"]:
            keys = ["pk", "sk"]
            for page in self._dynamodb.get_paginator("scan").paginate(TableName=name, AttributesToGet=keys):
                for item in page["Items"]:
                    self._dynamodb.delete_item(TableName=name, Key=item)
        for bucket in self._buckets():
            empty_bucket(self._s3, bucket)

    @cached_property
    def _dynamodb(self) -> Any:
        return self.client("dynamodb")

    @cached_property
    def _s3(self) -> Any:
        return self.client("s3")

    def _buckets(self) -> list[str]:
        return [bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]]


def missing(folder: Path) -> str | None:
    """Why the servers cannot run from this folder, if they cannot."""
    for name, needed in (("dynamodb", folder / "dynamodb"), ("s3", folder / "bin" / "versitygw")):
        reason = folder / f"{name}.absent"
        if reason.is_file():
            return reason.read_text().strip()
        if not needed.exists():
            return f"{needed} is not there: make test-engines installs it"
    return None


@contextmanager
def running(folder: Path, home: Path) -> Iterator[Servers]:
    """Both servers, empty, until the block ends; `home` keeps their data and what they say."""
    jars, gateway = folder.resolve() / "dynamodb", folder.resolve() / "bin" / "versitygw"
    store, versions, sidecar = kept = home / "s3", home / "versions", home / "sidecar"
    for each in kept:
        each.mkdir(parents=True)
    with ExitStack() as closing:
        port = free_port()
        # Its databases are one per key and region without -sharedDb; without -disableTelemetry it calls home.
        options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
        java = ["java", "-Xmx512m", "-cp", f"{jars}/*", _MAIN, *options]
        # Its SQLite is a native library beside the jars.
        closing.enter_context(process(java, home / "dynamodb.log", env={**os.environ, "LD_LIBRARY_PATH": str(jars)}))
        port_s3 = free_port()
        keys = ["--access", CREDENTIALS["AWS_ACCESS_KEY_ID"], "--secret", CREDENTIALS["AWS_SECRET_ACCESS_KEY"]]
        # With a sidecar metadata are files: a file system without extended attributes will do.
        posix = ["posix", "--sidecar", str(sidecar), "--versioning-dir", str(versions), str(store)]
        serve = [str(gateway), *keys, "--region", REGION, "--port", f"127.0.0.1:{port_s3}", "--quiet", *posix]
        closing.enter_context(process(serve, home / "s3.log"))
        wait_for(port)
        wait_for(port_s3)
        yield Servers(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port_s3}", kept)


def empty_bucket(s3: Any, bucket: str) -> None:
    """Delete every object and every version that no lock holds."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    for page in pages:
        for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(
                Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"], BypassGovernanceRetention=True
            )


@contextmanager
def process(command: list[str], log: Path, **popen: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process until the block ends, its output in a file."""
    assert shutil.which(command[0]), command[0]
    with open(log, "ab") as out:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **popen)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(timeout=15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Until someone listens there. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens on port {port}") from None
            time.sleep(0.1)
