"""The served stack from outside: record, read, verify, push, delete, restart."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import COMMAND, ROOT, client, environment, serving


def message(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "user_message", "payload": {"content": text}, **more}


def transcript(*texts: str, session: str = "own", cwd: str = "/home/ann/shop") -> str:
    lines = [
        {
            "type": "user",
            "uuid": f"{session}-{n}",
            "sessionId": session,
            "cwd": cwd,
            "timestamp": f"2026-03-21T10:00:{n:02d}Z",
            "message": {"role": "user", "content": text},
        }
        for n, text in enumerate(texts)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def push(url: str, home: Path, *paths: Path, key: str = "wl_local_project") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "push", *map(str, paths), "--url", url, "--key", key, "--author", "alice"],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_record_read_verify_delete(url):
    with client(url) as http, client(url, "wl_other_admin") as other:
        made = http.post("/api/traces", json={"id": "trc_1", "name": "Book a flight"})
        assert (made.status_code, made.json()["trace"]["project_id"]) == (201, "proj_local")
        assert made.headers["x-request-id"]
        sent = {"events": [message(str(n), idempotency_key=f"k{n}") for n in range(100)]}
        packed = gzip.compress(json.dumps(sent).encode())
        for _ in range(2):
            answer = http.post("/api/traces/trc_1/events", content=packed, headers={"Content-Encoding": "gzip"})
            assert answer.json() == {"accepted": 100, "rejected": []}
        events = http.get("/api/traces/trc_1/events", params={"after_seq": 89}).json()["events"]
        assert [event["payload"]["content"] for event in events] == [str(n) for n in range(90, 100)]
        found = http.get("/api/v1/traces/trc_1/verify").json()
        assert (found["valid"], found["event_count"]) == (True, 100)
        assert http.get("/api/sessions/trc_1").json()["id"] == "trc_1"
        assert other.get("/api/v1/traces/trc_1").status_code == 404
        assert http.delete("/api/v1/traces/trc_1").status_code == 204
        assert http.get("/api/v1/traces/trc_1").status_code == 404
        assert http.delete("/api/v1/traces/trc_1").status_code == 404


def test_what_goes_wrong_is_said_in_one_form(url):
    with client(url) as http:
        for answer, status, code in (
            (httpx.get(f"{url}/api/v1/traces"), 401, "unauthorized"),
            (http.get("/api/v1/nothing"), 404, "not_found"),
            (http.put("/api/v1/traces"), 404, "not_found"),
            (http.post("/api/traces", content=b"{"), 400, "bad_request"),
            (http.post("/api/traces", json={"id": "a b"}), 422, "validation_error"),
            (http.post("/api/v1/traces", json={"id": "a b"}), 400, "validation_error"),
            (http.post("/api/v1/api-keys", json={}), 403, "forbidden"),
            (http.post("/api/traces", content=b'"' + b"x" * 7_000_000 + b'"'), 413, "payload_too_large"),
            (http.post("/api/traces", content=b'"' + b"x" * 11_000_000 + b'"'), 413, "payload_too_large"),
            (http.get("/api/v1/traces/%00%ff%2F"), 404, "not_found"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
            assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


def test_a_large_event_comes_back_over_http(url):
    text = "".join(f"{n:x}" for n in range(1_000_000))
    body = gzip.compress(json.dumps(message(text)).encode())
    assert len(text) < 6_000_000
    with client(url) as http:
        http.post("/api/traces", json={"id": "trc_large"})
        answer = http.post("/api/traces/trc_large/events", content=body, headers={"Content-Encoding": "gzip"})
        assert answer.json() == {"accepted": 1, "rejected": []}
        (event,) = http.get("/api/traces/trc_large/events").json()["events"]
        assert event["payload"]["content"] == text
        assert http.get("/api/v1/traces/trc_large").json()["events"][0]["payload"]["content"] == text


def test_a_browser_may_ask_first(url):
    asked = {"Origin": "https://console.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{url}/api/traces", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"]


def test_push_a_folder_twice_and_longer(url, tmp_path):
    folder = tmp_path / "projects" / "shop"
    folder.mkdir(parents=True)
    (folder / "sess-a.jsonl").write_text(transcript("one", "two", session="a"))
    (folder / "sess-b.jsonl").write_text(transcript("three", session="b") + "no json\n" + transcript("x", session="c"))
    (folder / "odd name é.jsonl").write_text(transcript("four", session="d"))
    (folder / "empty.jsonl").write_text("")
    first = push(url, tmp_path, tmp_path / "projects")
    assert first.returncode == 1, first.stderr
    assert "3 sessions pushed" in first.stdout
    assert "1 rejected" in first.stdout
    assert "sess-b: line 2" in first.stdout
    (folder / "empty.jsonl").unlink()
    again = push(url, tmp_path, tmp_path / "projects")
    assert (again.returncode, again.stderr) == (0, again.stderr)
    assert "0 sessions pushed" in again.stdout
    assert "3 unchanged" in again.stdout
    with (folder / "sess-a.jsonl").open("a") as file:
        file.write(transcript("one", "two", "five", session="a").splitlines(keepends=True)[2])
    assert "1 sessions pushed" in push(url, tmp_path, tmp_path / "projects").stdout
    with client(url) as http:
        session = http.get("/api/v1/sessions/sess-a").json()
        assert [each["content"] for each in session["messages"]] == ["one", "two", "five"]
        assert (session["author"], session["repo"]) == ("alice", "shop")
        assert http.get("/api/v1/traces/sess-a/verify").json()["valid"]


@pytest.mark.parametrize("cwd", [r'"/a\qb"', '"/a\\u000ab"', '"/' + "x" * 5000 + '"', '"/\\ud800"', "7", '"///"', '""'])
def test_push_copes_with_any_working_directory(url, tmp_path, cwd):
    file = tmp_path / f"cwd-{abs(hash(cwd))}.jsonl"
    file.write_text(transcript("one").replace('"/home/ann/shop"', cwd) + transcript("two", session="own2"))
    done = push(url, tmp_path, file)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    assert "1 sessions pushed" in done.stdout


def test_push_says_what_is_wrong(url, tmp_path):
    file = tmp_path / "sess.jsonl"
    file.write_text(transcript("one"))
    refused = push(url, tmp_path, file, key="unknown")
    assert refused.returncode == 1
    assert "1 rejected" in refused.stdout
    missing = push(url, tmp_path, tmp_path / "nowhere")
    assert missing.returncode == 2
    assert "does not exist" in missing.stderr


def test_what_is_stored_survives_a_restart(tmp_path):
    options = ("--no-sample", "--data", str(tmp_path / "data"))
    with serving(tmp_path, *options) as url, client(url) as http:
        http.post("/api/traces", json={"id": "trc_1", "name": "kept"})
        http.post("/api/traces/trc_1/events", json={"events": [message("a"), message("b")]})
        large = "".join(f"{n:x}" for n in range(200_000))
        http.post("/api/traces/trc_1/events", json=message(large))
        before = http.get("/api/v1/traces/trc_1").json()
    with serving(tmp_path, *options) as url, client(url) as http:
        assert http.get("/api/v1/traces/trc_1").json() == before
        assert http.get("/api/v1/traces/trc_1/verify").json()["valid"]
        assert http.post("/api/traces/trc_1/events", json=message("c")).json()["accepted"] == 1
        assert http.get("/api/v1/traces").json()["pagination"]["total"] == 1


def test_the_sample_shows_something(tmp_path):
    with serving(tmp_path) as url, client(url) as http:
        sessions = http.get("/api/sessions").json()
        assert sessions["total"] >= 2
        for session in sessions["sessions"]:
            assert http.get(f"/api/v1/traces/{session['id']}/verify").json()["valid"]
