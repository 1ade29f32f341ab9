"""DELETE /api/v1/api-keys"""

import pytest

from tests.endpoints.tokens import token

PATH = "/api/v1/api-keys"


def delete(stack, key, **query):
    return stack.call("DELETE", PATH, key=key, **query)


def make(stack, key, **said):
    answer = stack.call("POST", PATH, key=key, body=said)
    assert answer.status == 201
    return answer.json


def works(stack, secret):
    return stack.call("GET", "/api/v1/traces", key=secret).status == 200


def test_anonymous(stack):
    assert delete(stack, None).status == 401


def test_missing_scope(stack, workspace):
    key = workspace.key()
    assert delete(stack, key).status == 403
    assert works(stack, key)


def test_another_workspaces_key_is_not_there(stack, workspace, elsewhere):
    made = make(stack, workspace.key("admin"))
    admin = elsewhere.key("admin")
    theirs, nobodys = delete(stack, admin, id=made["id"]), delete(stack, admin, id="key_no")
    assert theirs.status == nobodys.status == 404
    assert theirs.error["message"] == nobodys.error["message"]
    assert works(stack, made["key"])


def test_another_projects_key_is_not_there(stack, workspace):
    made = make(stack, workspace.key("admin"), project_id="proj_2")
    assert delete(stack, workspace.key("admin", project="proj_1"), id=made["id"]).status == 404
    assert works(stack, made["key"])
    assert delete(stack, workspace.key("admin", project="proj_2"), id=made["id"]).status == 204


def test_a_revoked_key_is_unknown_at_once(stack, workspace):
    secret = workspace.key("admin")
    assert works(stack, secret)
    answer = delete(stack, secret)
    assert (answer.status, answer.body) == (204, b"")
    assert delete(stack, secret).status == 401
    assert not works(stack, secret)
    assert stack.call("POST", "/api/traces", key=secret, body={}).status == 401
    assert stack.call("GET", "/api/v1/traces", headers={"x-retrace-key": secret}).status == 401


def test_another_key_is_revoked_by_its_id(stack, workspace):
    admin = workspace.key("admin")
    first, second = make(stack, admin), make(stack, admin)
    assert delete(stack, admin, id=first["id"]).status == 204
    assert (works(stack, first["key"]), works(stack, second["key"]), works(stack, admin)) == (False, True, True)
    assert delete(stack, admin, id=first["id"]).status == 404


def test_a_person_revokes_the_newest_key_they_made(stack, workspace):
    mine, other = token(workspace), workspace.key("admin")
    first, second = make(stack, mine), make(stack, mine)
    assert delete(stack, mine).status == 204
    assert (works(stack, first["key"]), works(stack, second["key"])) == (True, False)
    assert delete(stack, mine).status == 204
    assert delete(stack, mine).status == 404
    assert works(stack, other)


@pytest.mark.parametrize("key_id", ["x" * 129, "x" * 5000])
def test_an_id_that_is_none_is_named(stack, workspace, key_id):
    answer = delete(stack, workspace.key("admin"), id=key_id)
    assert (answer.status, answer.error["details"][0]["field"]) == (400, "id")


def test_an_id_of_odd_characters_is_not_there(stack, workspace):
    assert delete(stack, workspace.key("admin"), id="a\x00#é").status == 404
