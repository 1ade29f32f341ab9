"""GET /api/api-keys"""

import pytest

from local.engine import record_calls
from tests.endpoints.stack import within_a_minute

PATH = "/api/api-keys"


def listed(stack, key):
    answer = stack.call("GET", PATH, key=key)
    assert answer.status == 200, answer.body
    assert answer.json.keys() == {"keys"}
    return answer.json["keys"]


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.key()).status == 403


def test_another_workspaces_keys_are_not_there(stack, workspace, elsewhere):
    mine, theirs = workspace.key("admin"), elsewhere.key("admin")
    assert not {key["id"] for key in listed(stack, mine)} & {key["id"] for key in listed(stack, theirs)}


def test_the_keys_that_work_without_their_secrets(stack, workspace):
    admin = workspace.key("admin")
    made = [
        stack.call("POST", "/api/v1/api-keys", key=admin, body={"name": name, "expires_in_days": 30}).json
        for name in ("one", "two")
    ]
    shown = listed(stack, admin)
    assert [key["name"] for key in shown][-2:] == ["one", "two"]
    assert shown[-1] == {name: value for name, value in made[1].items() if name != "key"}
    answer = stack.call("GET", PATH, key=admin).body.decode()
    assert not [key for key in (admin, made[0]["key"], made[1]["key"]) if key in answer]


def test_a_revoked_key_goes(stack, workspace):
    admin = workspace.key("admin")
    made = stack.call("POST", "/api/v1/api-keys", key=admin, body={"name": "one"}).json
    assert made["id"] in {key["id"] for key in listed(stack, admin)}
    assert stack.call("DELETE", "/api/v1/api-keys", key=admin, id=made["id"]).status == 204
    assert made["id"] not in {key["id"] for key in listed(stack, admin)}


def test_a_projects_key_sees_its_projects(stack, workspace):
    admin = workspace.key("admin")
    keeper = workspace.key("admin", project="proj_1")
    for project in ("proj_1", "proj_2"):
        stack.call("POST", "/api/v1/api-keys", key=admin, body={"project_id": project})
    assert {key["project_id"] for key in listed(stack, keeper)} == {"proj_1"}
    assert {key["project_id"] for key in listed(stack, admin)} == {None, "proj_1", "proj_2"}


@pytest.mark.parametrize("count", [1, 30])
def test_what_it_costs(stack, workspace, count):
    admin = workspace.key("admin")
    for _ in range(count):
        workspace.key()
    within_a_minute()
    listed(stack, admin)
    with record_calls() as calls:
        listed(stack, admin)
    assert calls.operations == ["UpdateItem", "Query", "BatchGetItem"]
