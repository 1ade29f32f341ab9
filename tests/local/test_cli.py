"""The command line: serve's lines and answers over real HTTP, invoke, and what they say when something is wrong."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local import cli
from local.engine import Engine

HERE = Path(__file__).parent
SMALL = ["--template", str(HERE / "small.yaml")]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A served small template."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.cli", "serve", *SMALL, "--port", "0", "--no-sample"],
        cwd=HERE.parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("ready http://127.0.0.1:")
    assert "wl_local_project" in process.stdout.readline()
    yield int(ready.rsplit(":", 1)[1])
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    read = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return read


def test_http_reaches_the_function_whole(port: int) -> None:
    status, headers, body = ask(port, "POST", "/echo/a%2Fb?x=%20&x=2", b"\x00" * 1000, **{"X-Mixed": "Case"})
    event = json.loads(body)["event"]
    assert (status, headers["content-type"]) == (200, "application/json")
    assert (event["path"], event["pathParameters"]) == ("/echo/a%2Fb", {"name": "a%2Fb"})
    assert event["multiValueQueryStringParameters"] == {"x": [" ", "2"]}
    assert event["headers"]["x-mixed"] == "Case"
    assert len(event["body"]) == 1336


def test_http_answers_keep_bytes_and_repeated_headers(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/echo/special")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (203, b"\x00\xff")
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
    connection.close()


def test_eleven_megabytes_are_too_many(port: int) -> None:
    status, headers, body = ask(port, "POST", "/echo/x", b"x" * 11_000_000)
    assert (status, json.loads(body)["error"]["code"]) == (413, "payload_too_large")
    assert headers["x-request-id"]


def test_requests_at_once_all_count(port: int) -> None:
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(json.loads(ask(port, "POST", "/count")[2])["hits"]))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 13))


def test_a_taken_port_is_said_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        assert cli.main(["serve", *SMALL, "--port", number]) == 1
    assert f"cannot listen on 127.0.0.1:{number}" in capsys.readouterr().err


def test_invoke_runs_one_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "event.json").write_text('{"a": 1}')
    assert cli.main(["invoke", "Echo", str(tmp_path / "event.json"), *SMALL]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert json.loads(answer["body"])["event"] == {"a": 1}
    assert cli.main(["invoke", "Boom", *SMALL]) == 1
    assert "a secret inside" in capsys.readouterr().err
    assert cli.main(["invoke", "Nobody", *SMALL]) == 2
    assert "there are: Boom, Count" in capsys.readouterr().err
    assert cli.main(["invoke", "Echo", str(tmp_path / "absent.json"), *SMALL]) == 2


def test_invoke_prints_nothing_but_the_answer() -> None:
    command = [sys.executable, "-m", "local.cli", "invoke", "GetHealth"]
    loud = os.environ | {"POWERTOOLS_LOG_LEVEL": "INFO", "POWERTOOLS_METRICS_DISABLED": "false"}
    done = subprocess.run(
        command, cwd=HERE.parents[1], env=loud, capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(json.loads(done.stdout)["body"])["status"] == "ok"
    assert "GET /api/v1/health" in done.stderr


def test_invoke_keeps_what_was_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for hits in (1, 2):
        assert cli.main(["invoke", "Count", *SMALL, "--data", str(tmp_path)]) == 0
        assert json.loads(json.loads(capsys.readouterr().out)["body"]) == {"hits": hits}


class FakeDynamo(BaseHTTPRequestHandler):
    """Notes which operations came over HTTP; knows just enough to be created a table in."""

    asked: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        operation = self.headers["x-amz-target"].split(".")[1]
        self.asked.append(operation)
        table = {"TableName": "wakeline-Table", "TableStatus": "ACTIVE"}
        answers: dict[str, Any] = {"ListTables": {"TableNames": []}, "DescribeTable": {"Table": table}}
        body = json.dumps(answers.get(operation, {})).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def test_a_dynamodb_endpoint_takes_the_tables_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Fake", (FakeDynamo,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with Engine.start(HERE / "small.yaml", dynamodb_endpoint=url) as engine:
            item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
            engine.client("dynamodb").put_item(TableName="wakeline-Table", Item=item)
            engine.client("s3").put_object(Bucket="wakeline-bucket", Key="k", Body=b"x")  # stays in process
            engine.client("dynamodb").close()
            engine.client("s3").close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == ["ListTables", "CreateTable", "DescribeTable", "PutItem"]
