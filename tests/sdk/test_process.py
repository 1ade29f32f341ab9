"""How a process ends: by itself, by a signal, after a fork. Nobody answers, so what was recorded is on disk."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUP = """
import os, signal, sys, time
import wakeline_sdk as wakeline
def begin():
    wakeline.init(url="http://127.0.0.1:9", api_key="k", spool_dir=sys.argv[1], exit_timeout=0.2)
begin()
def act(name, count=50):
    with wakeline.trace(name, id=name):
        for n in range(count):
            wakeline.action("step", n=n)
"""


def run(tmp_path: Path, script: str) -> subprocess.Popen:
    path = os.pathsep.join([str(ROOT / "sdk" / "python")])
    command = [sys.executable, "-c", SETUP + script, str(tmp_path / "spool")]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE)


def kept(tmp_path: Path) -> dict[str, int]:
    """Events on disk by trace."""
    lines = [line for file in (tmp_path / "spool").rglob("*.jsonl") for line in file.read_bytes().splitlines()]
    found: dict[str, int] = {}
    for line in lines:
        kind, trace_id, _ = line.split(b" ", 2)
        found[trace_id.decode()] = found.get(trace_id.decode(), 0) + (kind == b"E")
    return found


def test_at_its_end_a_process_keeps_what_it_could_not_send(tmp_path):
    with run(tmp_path, "act('trc_1')") as process:
        assert process.wait(30) == 0
    assert kept(tmp_path) == {"trc_1": 51}


OWN_HANDLER = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3)); begin()"


@pytest.mark.parametrize("handler", ["", OWN_HANDLER])
def test_a_terminated_process_does_too(tmp_path, handler):
    script = f"{handler}\nact('trc_1')\nprint('here', flush=True)\ntime.sleep(60)"
    with run(tmp_path, script) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == (3 if handler else -signal.SIGTERM)
    assert kept(tmp_path) == {"trc_1": 51}


def test_a_killed_process_has_what_it_recorded_on_disk_while_the_server_was_away(tmp_path):
    with run(tmp_path, "act('trc_1')\ntime.sleep(60)") as process:
        until = time.monotonic() + 20
        while kept(tmp_path) != {"trc_1": 51} and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
    assert kept(tmp_path) == {"trc_1": 51}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_records_for_itself(tmp_path):
    script = """
act('trc_parent')
if os.fork() == 0:
    act('trc_child')
    wakeline.shutdown()
    os._exit(0)
os.wait()
"""
    with run(tmp_path, script) as process:
        assert process.wait(30) == 0
    assert kept(tmp_path) == {"trc_parent": 51, "trc_child": 51}
