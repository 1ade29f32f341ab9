"""POST /api/incidents/{incident_id}/fix-agent"""

import json

import pytest
import pytest_socket

from local.engine import record_calls
from tests.endpoints.failing import refused
from tests.endpoints.incidents.conftest import opened
from tests.fakes.github_app import REPO, github
from wakeline.wiring import understanding


@pytest.fixture
def fixer(workspace):
    return workspace.key("incidents:write")


def dispatched(stack, key, incident_id, **body):
    return stack.call("POST", f"/api/incidents/{incident_id}/fix-agent", key=key, body=body)


def test_anonymous(stack, incident):
    assert dispatched(stack, None, incident["id"]).status == 401


def test_missing_scope(stack, workspace, incident):
    assert dispatched(stack, workspace.key(), incident["id"]).status == 403


def test_another_workspaces_is_not_there(stack, elsewhere, workspace, incident):
    stranger = elsewhere.key("incidents:write")
    theirs, nobodys = dispatched(stack, stranger, incident["id"]), dispatched(stack, stranger, "inc_9")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    narrow = workspace.key("incidents:write", project="proj_2")
    assert dispatched(stack, narrow, incident["id"]).status == 404


def test_the_known_remedy(stack, workspace, incident, fixer):
    answer = dispatched(stack, fixer, incident["id"])
    assert answer.status == 200
    fix = answer.json
    assert (fix["incident_id"], fix["runner"], fix["fallback"]) == (incident["id"], "deterministic", True)
    assert fix["fallback_reason"] == "no model is configured"
    assert fix["plan"]
    assert 0 < fix["confidence"] < 1
    assert set(fix["evidence_refs"]) == {0, 1, 2}
    assert fix["pull_request"] is None
    for path in fix["changed_files"]:
        assert f"+++ b/{path}\n" in fix["diff"]
    shown = stack.call("GET", f"/api/incidents/{incident['id']}", key=workspace.reader).json
    assert (shown["history"][-1]["action"], shown["status"]) == ("fix_proposed", "new")
    assert understanding.incidents().fix(workspace.id, incident["id"]) == fix


def test_files_and_paths_of_the_caller(stack, incident, fixer):
    body = {"files": {"docs/agent.md": "You deploy.\n"}, "allowed_paths": ["docs/*.md"]}
    fix = dispatched(stack, fixer, incident["id"], **body).json
    assert (fix["changed_files"], fix["allowed_paths"]) == (["docs/agent.md"], ["docs/*.md"])
    assert "--- a/docs/agent.md" in fix["diff"]
    below = dispatched(stack, fixer, incident["id"], **body | {"allowed_paths": ["docs/", "a/[bc]?.md"]}).json
    assert below["changed_files"] == ["docs/agent.md"]
    none = dispatched(stack, fixer, incident["id"], allowed_paths=["src/main.py"]).json
    assert (none["diff"], none["changed_files"]) == ("", [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"files": {"../x": ""}}, "files"),
        ({"files": {"/etc/passwd": ""}}, "files"),
        ({"files": {"a": 5}}, "files"),
        ({"allowed_paths": []}, "allowed_paths"),
        ({"allowed_paths": ["docs/**", "../etc/*"]}, "allowed_paths"),
        ({"allowed_paths": ["/etc/*"]}, "allowed_paths"),
        ({"repo": "nonsense"}, "repo"),
        ({"pull_request": "yes"}, "pull_request"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_does_not_fit_is_named(stack, incident, fixer, body, field):
    answer = dispatched(stack, fixer, incident["id"], **body)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert field in answer.error["message"]


def test_by_a_model(stack, incident, fixer, monkeypatch):
    class Model:
        def ask(self, instructions, evidence, schema):
            assert incident["signature"] in evidence
            changes = [{"path": "AGENTS.md", "content": "Ask first.\n"}]
            return {"summary": "Ask.", "plan": ["Tell it."], "changes": changes, "confidence": 0.75}

    monkeypatch.setattr(understanding, "fix_model", Model)
    fix = dispatched(stack, fixer, incident["id"]).json
    assert (fix["runner"], fix["fallback"], fix["fallback_reason"]) == ("bedrock", False, None)
    assert (fix["summary"], fix["changed_files"], fix["confidence"]) == ("Ask.", ["AGENTS.md"], 0.75)


@pytest.fixture
def connected(stack, workspace, monkeypatch):
    """A GitHub with the workspace's app installed, whose secret is in Secrets Manager."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    secret = {"token": "ghs_never_shown", "repositories": [REPO]}
    stack.engine.client("secretsmanager").create_secret(
        Name=f"wakeline/github/{workspace.id}", SecretString=json.dumps(secret)
    )
    with github({"AGENTS.md": "# Ours\n"}) as (fake, url):
        monkeypatch.setenv("GITHUB_API_URL", url)
        yield fake
    pytest_socket.disable_socket(allow_unix_socket=True)


def test_a_draft_pull_request(stack, workspace, fixer, connected, caplog):
    incident = opened(stack, workspace, "trc_1", refused(), repo=REPO)
    answer = dispatched(stack, fixer, incident["id"])
    assert answer.json["pull_request"]["url"] == f"https://github.test/{REPO}/pull/1"
    assert "--- a/AGENTS.md" in answer.json["diff"]
    assert connected.pulls[0]["draft"] is True
    shown = stack.call("GET", f"/api/incidents/{incident['id']}", key=workspace.reader)
    assert shown.json["pr_url"] == answer.json["pull_request"]["url"]
    for told in (answer.body, shown.body, caplog.text.encode()):
        assert b"ghs_never_shown" not in told
    again = dispatched(stack, fixer, incident["id"]).json
    assert again["pull_request"] == answer.json["pull_request"]
    assert len(connected.pulls) == 1


def test_no_repository_but_those_the_secret_names(stack, workspace, fixer, connected):
    incident = opened(stack, workspace, "trc_1", refused())
    assert dispatched(stack, fixer, incident["id"]).json["pull_request"] is None
    assert dispatched(stack, fixer, incident["id"], repo="acme/other").json["pull_request"] is None
    assert connected.seen == []
    assert dispatched(stack, fixer, incident["id"], repo=REPO).json["pull_request"] is not None


def test_what_it_costs(stack, incident, fixer):
    dispatched(stack, fixer, incident["id"])
    with record_calls() as calls:
        dispatched(stack, fixer, incident["id"])
    assert [call.operation for call in calls.dynamodb] == [
        "UpdateItem",  # the key
        "GetItem", "GetItem", "Query", "Query",  # the incident, HEAD, the critical step, the events around it
        "GetItem", "PutItem", "PutItem",  # the audit log
        "PutItem", "GetItem", "PutItem",  # the fix, and a word in the incident's trail
    ]  # fmt: skip
