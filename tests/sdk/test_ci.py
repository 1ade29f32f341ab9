"""Pushing transcripts from CI and checking them; the plugin's script; the manifests."""

import base64
import gzip
import json
import os
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.sdk.fake_server import away
from wakeline_sdk import ci
from wakeline_sdk.config import Config
from wakeline_sdk.transport import Transport

SDK = Path(__file__).parents[2] / "sdk"


@pytest.fixture
def transport(server, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return Transport(Config(url="https://wakeline.test", api_key="wl_test"), server.client())


@pytest.fixture
def folder(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.jsonl").write_text('{"type": "user"}\n')
    return tmp_path


def answer(server, *, blocked: bool) -> list[dict]:
    sent: list[dict] = []

    def note(request):
        body = request.content
        body = gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
        sent.append(json.loads(body))

    server.always = note
    rule = {"rule_name": "tests ran", "result": "fail" if blocked else "pass", "action": "block_merge"}
    server.answers = {
        "POST /api/v1/traces": {"accepted": 1, "rejected": 0},
        "POST /api/v1/policy/check": {
            "passed": not blocked,
            "blocked": blocked,
            "results": [{**rule, "severity": "high", "details": "pytest was not run"}],
        },
    }
    return sent


@pytest.mark.parametrize("blocked", [True, False])
def test_push_and_check(server, transport, folder, capsys, blocked):
    sent = answer(server, blocked=blocked)
    assert ci.main([str(folder), "--repo", "acme/app"], transport) == int(blocked)
    (first, second, check) = sent
    assert [first["sessions"][0]["id"], second["sessions"][0]["id"]] == ["a", "b"]
    assert gzip.decompress(base64.b64decode(first["sessions"][0]["data"])) == b'{"type": "user"}\n'
    assert first["repo"] == "acme/app"
    assert check == {"sessions": [{"session_id": "a"}, {"session_id": "b"}]}
    said = capsys.readouterr().out
    assert "2 sessions pushed" in said
    assert "tests ran (high, block_merge): pytest was not run" in said


def test_without_a_check(server, transport, folder):
    sent = answer(server, blocked=True)
    assert ci.main([str(folder), "--no-check"], transport) == 0
    assert len(sent) == 2


def test_a_server_that_is_away(server, transport, folder, capsys):
    server.always = away
    assert ci.main([str(folder)], transport) == 2
    assert "connection refused" in capsys.readouterr().err


def test_without_a_key(monkeypatch, folder, capsys):
    monkeypatch.delenv("WAKELINE_API_KEY", raising=False)
    monkeypatch.delenv("WAKELINE_URL", raising=False)
    assert ci.main([str(folder)]) == 2
    assert "WAKELINE_API_KEY" in capsys.readouterr().err


def test_the_action_gives_every_input_it_declares():
    action = yaml.safe_load((SDK / "github-action" / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    used = " ".join(step["env"].values())
    assert [name for name in action["inputs"] if f"inputs.{name}" not in used] == []


def test_the_plugin_sends_hooks_and_never_fails(tmp_path):
    plugin = SDK / "claude-code-plugin"
    hooks = json.loads((plugin / "hooks" / "hooks.json").read_text())["hooks"]
    assert {"SessionStart", "PreToolUse", "PostToolUse", "Stop"} <= set(hooks)
    fake = tmp_path / "curl"
    taking = f"cat >{tmp_path}/config; cat /dev/fd/4 >{tmp_path}/body"
    fake.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/args; {taking}\nexit 22\n')
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "WAKELINE_URL": "http://w/", "WAKELINE_KEY": "k1"}
    script = plugin / "hooks" / "send"
    done = subprocess.run([script], input=b'{"hook_event_name": "Stop"}', env=env, check=False, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "body").read_bytes() == b'{"hook_event_name": "Stop"}'
    assert (tmp_path / "config").read_text() == 'header = "Authorization: Bearer k1"\n'
    assert "http://w/api/hooks/claude-code" in (tmp_path / "args").read_text()
    assert "k1" not in (tmp_path / "args").read_text()
    off = subprocess.run([script], input=b"{}", env={"PATH": os.environ["PATH"]}, check=False, capture_output=True)
    assert off.returncode == 0
