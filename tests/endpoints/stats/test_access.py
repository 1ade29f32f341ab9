"""All thirteen GET /api/stats…: who may ask, and of what."""

import pytest

from tests.endpoints.rolled import ask, roll
from tests.factories import llm_call

PATHS = {
    "": {},
    "/daily": {},
    "/tools": {},
    "/models": {},
    "/projects": {},
    "/skills": {},
    "/mcp": {},
    "/errors": {},
    "/token-efficiency": {},
    "/prompt-patterns": {},
    "/file-heatmap": {"project": "shop"},
    "/session-breakdown": {"session_id": "trc_1"},
    "/project-breakdown": {"project": "shop"},
}
DATED = [path for path in PATHS if path not in ("/session-breakdown",)]


@pytest.mark.parametrize("path", PATHS)
def test_anonymous(stack, path):
    assert stack.call("GET", f"/api/stats{path}", **PATHS[path]).status == 401


@pytest.mark.parametrize("path", PATHS)
def test_missing_scope(stack, workspace, path):
    assert stack.call("GET", f"/api/stats{path}", key=workspace.writer, **PATHS[path]).status == 403


def test_another_workspaces_session_is_not_there(stack, workspace, elsewhere):
    trace = workspace.trace()
    path = "/api/stats/session-breakdown"
    assert stack.call("GET", path, key=elsewhere.reader, session_id=trace.id).status == 404
    assert stack.call("GET", path, key=workspace.reader, session_id="nobody").status == 404
    assert stack.call("GET", path, key=workspace.reader, session_id=trace.id).status == 200


@pytest.mark.parametrize("path", DATED)
def test_another_workspaces_numbers_are_not_there(workspace, elsewhere, path):
    elsewhere.trace(events=[llm_call()], cwd="/home/ann/shop")
    roll(elsewhere)
    assert ask(workspace, path, **PATHS[path]) == ask(workspace, path, **{"project": "nowhere"} | PATHS[path])


@pytest.mark.parametrize("path", DATED)
def test_a_projects_key_sees_its_project_alone(stack, workspace, path):
    key = workspace.key("traces:read", project="proj_2")
    answer = stack.call("GET", f"/api/stats{path}", key=key, project_id="proj_1", **PATHS[path])
    assert answer.status == 404


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("", {"from_": "yesterday"}, "from"),
        ("/tools", {"to": "2026-13-01"}, "to"),
        ("/models", {"from_": "2026-03-02", "to": "2026-03-01"}, "from"),
        ("/daily", {"days": "0"}, "days"),
        ("/daily", {"days": "3661"}, "days"),
        ("/daily", {"days": "many"}, "days"),
        ("/daily", {"from_": "1970-01-01"}, "from"),
        ("/errors", {"from_": "1970-01-01", "to": "2099-01-01"}, "from"),
        ("/file-heatmap", {}, "project"),
        ("/project-breakdown", {}, "project"),
        ("/session-breakdown", {}, "session_id"),
        ("/skills", {"project_id": "a b"}, "project_id"),
    ],
)
def test_a_bad_parameter_is_named(stack, workspace, path, query, field):
    answer = stack.call("GET", f"/api/stats{path}", key=workspace.reader, **query)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert field in answer.error["message"]
