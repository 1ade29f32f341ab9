"""The SDK against a served stack that is killed and comes back: every event is there, once, in order."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import wakeline_sdk as wakeline
from tests.e2e.conftest import COMMAND, ROOT, client, environment, serving
from wakeline_sdk.config import Config


@contextmanager
def recording(url: str, spool: Path) -> Iterator[None]:
    """The SDK set up for a server, and shut down after."""
    wakeline.init(Config(url=url, api_key="wl_local_project", spool_dir=spool, flush_interval=0.05, batch_events=50))
    try:
        yield
    finally:
        wakeline.shutdown()


def start(home: Path, port: int) -> subprocess.Popen:
    options = ["--port", str(port), "--no-sample", "--plan", "unlimited", "--data", str(home / "data")]
    with open(home / "serve.log", "ab") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", *options], cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=log
        )
    assert server.stdout is not None
    assert server.stdout.readline().startswith(b"ready"), (home / "serve.log").read_text()[-2000:]
    return server


def stop(server: subprocess.Popen, number: int) -> None:
    server.send_signal(number)
    server.wait()
    assert server.stdout is not None
    server.stdout.close()


def read(url: str, trace_id: str) -> list[dict]:
    found: list[dict] = []
    with client(url) as http:
        cursor = None
        while True:
            asked = {"limit": 1000} | ({"cursor": cursor} if cursor else {})
            page = http.get(f"/api/traces/{trace_id}/events", params=asked).json()
            found += page["events"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


def test_a_run_is_recorded_with_its_spans_and_files(tmp_path):
    with serving(tmp_path, "--no-sample") as url, recording(url, tmp_path / "spool"):

        @wakeline.tool
        def search(query: str) -> list[str]:
            wakeline.artifact(b'{"found": 1}', filename="found.json", content_type="application/json")
            return [query]

        with wakeline.trace("run", id="trc_sdk", user_goal="find a table", agent="finder"):
            wakeline.user_message("a table")
            search("tables")
            with wakeline.span("answer", kind="llm_call", model="gpt-4o") as step:
                step.usage = {"input_tokens": 1000, "output_tokens": 100}
        assert wakeline.flush(20)
        assert wakeline.stats()["rejected"] == 0
        with client(url) as http:
            trace = http.get("/api/v1/traces/trc_sdk").json()
            assert http.get("/api/v1/traces/trc_sdk/verify").json()["valid"]
            (file,) = [e for e in read(url, "trc_sdk") if e["type"] == "custom.artifact"]
            content = http.get(f"/artifacts/{file['payload']['artifact_id']}", follow_redirects=True)
            assert content.content == b'{"found": 1}'
    assert trace["status"] == "completed"
    assert [span["span_type"] for span in trace["spans"]] == ["tool_call", "llm_call"]
    assert trace["spans"][1]["cost"] > 0


def test_a_server_that_is_killed_again_and_again_gets_every_event_once(tmp_path):
    home = tmp_path
    with serving(home, "--no-sample") as url:  # to learn of a port that is free
        port = int(url.rpartition(":")[2])
    server = start(home, port)
    done = threading.Event()

    def agent() -> None:
        for run in range(4):
            with wakeline.trace("run", id=f"trc_{run}"):
                for n in range(500):
                    wakeline.action("step", n=n)
                    done.wait(0.002)

    try:
        with recording(f"http://127.0.0.1:{port}", home / "spool"):
            working = threading.Thread(target=agent)
            working.start()
            for _ in range(2):
                done.wait(0.7)
                stop(server, signal.SIGKILL)
                server = start(home, port)
            working.join()
            assert wakeline.flush(60)
            assert wakeline.stats()["dropped"] == 0
        for run in range(4):
            steps = [e["payload"]["n"] for e in read(f"http://127.0.0.1:{port}", f"trc_{run}") if e["type"] == "action"]
            assert steps == list(range(500))
    finally:
        stop(server, signal.SIGTERM)
