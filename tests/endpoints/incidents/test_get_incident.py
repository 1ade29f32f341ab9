"""GET /api/incidents/{incident_id}"""

from local.engine import record_calls


def fetched(stack, key, incident_id):
    return stack.call("GET", f"/api/incidents/{incident_id}", key=key)


def test_anonymous(stack, incident):
    assert fetched(stack, None, incident["id"]).status == 401


def test_missing_scope(stack, workspace, incident):
    assert fetched(stack, workspace.writer, incident["id"]).status == 403


def test_another_workspaces_is_not_there(stack, elsewhere, incident):
    theirs, nobodys = fetched(stack, elsewhere.reader, incident["id"]), fetched(stack, elsewhere.reader, "inc_9")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert fetched(stack, elsewhere.reader, "a%23b").status == 404


def test_another_projects_is_not_there(stack, workspace, incident):
    assert fetched(stack, workspace.key("traces:read", project="proj_2"), incident["id"]).status == 404
    assert fetched(stack, workspace.key("traces:read", project="proj_1"), incident["id"]).status == 200


def test_what_it_is(stack, workspace, incident):
    answer = fetched(stack, workspace.reader, incident["id"])
    assert answer.json == {**incident, "incident": incident}
    assert incident["title"] == "Unhandled error: deploy: permission denied request ms"
    assert incident["first_seen"] == incident["last_seen"]
    assert [entry["action"] for entry in incident["history"]] == ["opened"]


def test_what_it_costs(stack, workspace, incident):
    fetched(stack, workspace.reader, incident["id"])
    with record_calls() as calls:
        fetched(stack, workspace.reader, incident["id"])
    assert calls.operations == ["UpdateItem", "GetItem"]
