"""GET /api/sessions/{session_id}/commits and POST /api/git-sync"""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from local.engine import record_calls
from tests.fakes.github import TOKEN, commit, github
from wakeline import settings
from wakeline.wiring import stats
from workers import on_git_sync_requested

SYNC = "/api/git-sync"
AT = "2026-03-21T10:00:00.000Z"


def commits(stack, workspace, trace_id):
    answer = stack.call("GET", f"/api/sessions/{trace_id}/commits", key=workspace.reader)
    assert answer.status == 200, answer.body
    return answer.json["commits"]


def sync(stack, workspace, session_id=None, **said):
    answer = stack.call("POST", SYNC, key=workspace.writer, body=said or None, session_id=session_id)
    assert (answer.status, answer.json) == (202, {"status": "syncing"})
    detail = {
        "request_id": "syn_1",
        "workspace_id": workspace.id,
        "project_id": None,
        "session_id": session_id or said.get("session_id"),
        "requested_by": "key_1",
        "occurred_at": AT,
    }
    return on_git_sync_requested.handler({"detail": detail}, None)["linked"]


@pytest.fixture
def hub(monkeypatch):
    with github() as running:
        monkeypatch.setattr(settings, "github_api_url", lambda: running.url)
        monkeypatch.setattr(settings, "github_secret_name", lambda: "github")
        monkeypatch.setattr(stats, "secret", {"github": TOKEN}.__getitem__)
        running.branches["org/shop"] = {
            "main": [
                commit("d" * 40, "2026-03-21T11:00:00Z", "src/d.py"),
                commit("c" * 40, "2026-03-21T10:02:00Z", "src/other.py"),
                commit("b" * 40, "2026-03-21T10:01:00Z", "src/cart.py"),
            ]
        }
        yield running


def session(workspace, **facts):
    change = {"type": "file_change", "payload": {"path": "/home/ann/shop/src/cart.py", "action": "modified"}}
    end = {"type": "session_end", "payload": {}}
    events = [change | {"timestamp": AT}, end | {"timestamp": "2026-03-21T10:05:00Z"}]
    return workspace.trace(events=events, **{"repo": "org/shop", "branch": "main"} | facts)


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/sessions/trc_1/commits"), ("POST", SYNC)])
def test_anonymous_and_missing_scope(stack, workspace, method, path):
    assert stack.call(method, path).status == 401
    key = workspace.writer if method == "GET" else workspace.reader
    assert stack.call(method, path, key=key).status == 403


def test_another_workspaces_session_is_not_there(stack, workspace, elsewhere):
    trace = workspace.trace()
    assert stack.call("GET", f"/api/sessions/{trace.id}/commits", key=elsewhere.reader).status == 404
    assert stack.call("POST", SYNC, key=elsewhere.writer, session_id=trace.id).status == 404
    assert stack.call("POST", SYNC, key=elsewhere.writer, body={"session_id": trace.id}).status == 404


def test_commits_are_linked_once(stack, workspace, hub):
    trace = session(workspace)
    assert sync(stack, workspace, trace.id) == 1
    (found,) = commits(stack, workspace, trace.id)
    assert found == {
        "sha": "b" * 40,
        "message": "Mend it",
        "author": "Ann",
        "committed_at": "2026-03-21T10:01:00.000Z",
        "files_changed": 1,
        "insertions": 3,
        "deletions": 1,
        "url": "https://github.com/org/shop/commit/" + "b" * 40,
    }
    before = workspace.stored()
    assert sync(stack, workspace, session_id=trace.id) == 0
    after = workspace.stored()
    assert after == before


def test_without_a_session_the_last_days_are_looked_at(stack, workspace, hub, monkeypatch):
    now = datetime.now(UTC)
    recent = (now - timedelta(days=1)).isoformat()
    hub.branches["org/shop"]["main"] = [commit("e" * 40, (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))]
    ends = [{"type": "session_end", "payload": {}, "timestamp": recent}]
    mine = workspace.trace(events=ends, started_at=recent, repo="org/shop")
    elsewhere = workspace.trace(events=ends, started_at=recent, repo="org/nothing")
    old = session(workspace)
    assert sync(stack, workspace) == 1
    assert [each["sha"][0] for each in commits(stack, workspace, mine.id)] == ["e"]
    assert commits(stack, workspace, elsewhere.id) == commits(stack, workspace, old.id) == []


def test_a_limit_is_for_lambda_to_try_again(stack, workspace, hub):
    trace = session(workspace)
    hub.left = 0
    with pytest.raises(Exception, match="GitHub answers 403"):
        sync(stack, workspace, trace.id)
    hub.left = 100
    assert sync(stack, workspace, trace.id) == 1


def test_the_checkout_on_this_machine(stack, workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "local_checkouts", lambda: True)
    (tmp_path / "cart.py").write_text("x\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Local"]):
        subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=a@b.c", "-C", str(tmp_path), *arguments],
            check=True,
        )
    now = datetime.now(UTC).isoformat()
    trace = workspace.trace(
        events=[{"type": "action", "payload": {}, "timestamp": now}], started_at=now, cwd=str(tmp_path)
    )
    assert sync(stack, workspace, trace.id) == 1
    assert [each["message"] for each in commits(stack, workspace, trace.id)] == ["Local"]


def test_commits_that_events_name(stack, workspace):
    told = {"type": "commit", "payload": {"sha": "f" * 40, "message": "By hand", "files": ["a"]}, "timestamp": AT}
    trace = workspace.trace(events=[told], author="ann")
    (found,) = commits(stack, workspace, trace.id)
    assert (found["sha"], found["author"], found["files_changed"]) == ("f" * 40, "ann", 1)


def test_asking_costs_little(stack, workspace):
    trace = workspace.trace()
    key = workspace.writer
    with record_calls() as calls:
        assert stack.call("POST", SYNC, key=key, session_id=trace.id).status == 202
    assert [call.operation for call in calls.dynamodb] == ["UpdateItem", "GetItem", "PutItem"]
    with record_calls() as calls:
        assert stack.call("GET", f"/api/sessions/{trace.id}/commits", key=workspace.key("traces:read")).status == 200
    assert [call.operation for call in calls.dynamodb][-2:] == ["GetItem", "Query"]


def test_a_bad_body_is_named(stack, workspace):
    answer = stack.call("POST", SYNC, key=workspace.writer, body={"session": "x"})
    assert (answer.status, answer.error["details"][0]["field"]) == (422, "session")
