"""GET /api/tags"""

PATH = "/api/tags"


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_another_workspaces_tags_are_not_there(stack, workspace, elsewhere):
    elsewhere.trace(tags=["secret"])
    assert stack.call("GET", PATH, key=workspace.reader).json == {"tags": [], "total_exact": True}


def test_tags_are_counted(stack, workspace):
    first = workspace.trace(tags=["pilot", "slow"])
    workspace.trace(tags=["pilot"], project_id="proj_2")
    workspace.trace()
    found = stack.call("GET", PATH, key=workspace.reader).json
    assert found["tags"] == [{"tag": "pilot", "count": 2}, {"tag": "slow", "count": 1}]
    tagged = stack.call("GET", "/api/sessions", key=workspace.reader, tag="slow").json
    assert [each["id"] for each in tagged["sessions"]] == [first.id]
    changed = stack.call("PATCH", f"/api/sessions/{first.id}", key=workspace.writer, body={"tags": ["fast"]})
    assert changed.status == 200
    found = stack.call("GET", PATH, key=workspace.reader).json["tags"]
    assert found == [{"tag": "fast", "count": 1}, {"tag": "pilot", "count": 1}]
    assert stack.call("DELETE", f"/api/v1/traces/{first.id}", key=workspace.writer).status == 204
    assert stack.call("GET", PATH, key=workspace.reader).json["tags"] == [{"tag": "pilot", "count": 1}]


def test_a_projects_key_sees_its_own(stack, workspace):
    workspace.trace(tags=["one"])
    workspace.trace(tags=["two"], project_id="proj_2")
    key = workspace.key("traces:read", project="proj_2")
    assert stack.call("GET", PATH, key=key).json["tags"] == [{"tag": "two", "count": 1}]
    assert stack.call("GET", PATH, key=key, project_id="proj_1").status == 404
