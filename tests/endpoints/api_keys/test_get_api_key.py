"""GET /api/v1/api-keys"""

from tests.endpoints.tokens import token

PATH = "/api/v1/api-keys"


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.key()).status == 403


def test_the_key_that_asks(stack, workspace):
    secret = workspace.key("keys:write", "traces:read")
    workspace.key("admin")
    answer = stack.call("GET", PATH, key=secret)
    assert answer.status == 200
    assert answer.json["exists"] is True
    assert (answer.json["prefix"], answer.json["scopes"]) == (secret[:12], ["keys:write", "traces:read"])
    assert answer.json["created_at"] == "2026-01-01T00:00:00.000Z"
    assert answer.json["last_used_at"]
    assert "key" not in answer.json
    assert secret not in answer.body.decode()


def test_a_person_sees_the_newest_key_they_made_and_nobody_elses(stack, workspace, elsewhere):
    workspace.key("admin")
    mine = token(workspace)
    nothing: dict[str, object] = {
        "exists": False,
        "prefix": None,
        "created_at": None,
        "last_used_at": None,
        "scopes": [],
    }
    assert stack.call("GET", PATH, key=mine).json == nothing
    made = [stack.call("POST", PATH, key=mine, body={"name": name}).json for name in ("one", "two")]
    assert stack.call("GET", PATH, key=mine).json["prefix"] == made[1]["prefix"]
    assert stack.call("GET", PATH, key=token(workspace, sub="user-2")).json == nothing
    assert stack.call("GET", PATH, key=token(elsewhere)).json == nothing
