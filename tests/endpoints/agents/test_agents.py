"""GET, POST /api/v1/agents; GET, PATCH /api/v1/agents/{id}."""

import pytest

from tests.endpoints.tokens import token

PATH = "/api/v1/agents"
CALLS = [("GET", PATH), ("POST", PATH), ("GET", f"{PATH}/a"), ("PATCH", f"{PATH}/a")]


@pytest.fixture
def admin(workspace):
    return workspace.key("admin")


def create(stack, key, **body):
    return stack.call("POST", PATH, key=key, body={"name": "deploy-agent", **body})


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_anonymous(stack, method, path):
    assert stack.call(method, path).status == 401


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_missing_scope(stack, workspace, method, path):
    key = workspace.writer if method == "GET" else workspace.key()
    assert stack.call(method, path, key=key, body={} if method != "GET" else None).status == 403


def test_another_workspaces_agent_is_not_there(stack, admin, elsewhere):
    create(stack, admin, id="a")
    other = elsewhere.key("admin")
    assert stack.call("GET", f"{PATH}/a", key=other).status == 404
    assert stack.call("PATCH", f"{PATH}/a", key=other, body={"team": "x"}).status == 404
    assert stack.call("GET", PATH, key=other).json["data"] == []
    assert create(stack, other, id="a", team="mine").status == 201


def test_register_and_look(stack, workspace, admin):
    said = {"owner": "ann", "team": "core", "environment": "prod", "authority_model": "delegated"}
    answer = create(stack, admin, **said)
    assert answer.status == 201
    agent = answer.json
    assert agent["id"].startswith("agt_")
    assert {name: agent[name] for name in said} == said
    assert (agent["lifecycle_state"], agent["created_at"]) == ("active", agent["updated_at"])
    assert stack.call("GET", f"{PATH}/{agent['id']}", key=workspace.reader).json == agent


def test_the_same_again(stack, admin):
    assert create(stack, admin, id="a").status == 201
    assert create(stack, admin, id="a").status == 200
    assert create(stack, admin, id="a", team="x").status == 409


def test_a_person_owns_what_they_register(stack, workspace):
    assert create(stack, token(workspace, sub="ann")).json["owner"] == "ann"
    assert create(stack, token(workspace, sub="ann"), owner="bob").json["owner"] == "bob"
    assert create(stack, workspace.key("admin")).json["owner"] is None


def test_change(stack, admin):
    create(stack, admin, id="a", team="x")
    change = {"lifecycle_state": "suspended", "team": None, "name": "renamed"}
    agent = stack.call("PATCH", f"{PATH}/a", key=admin, body=change).json
    assert (agent["lifecycle_state"], agent["team"], agent["name"]) == ("suspended", None, "renamed")
    assert stack.call("PATCH", f"{PATH}/a", key=admin, body={"lifecycle_state": "active"}).status == 200


def test_revoked_is_for_good(stack, admin):
    create(stack, admin, id="a")
    assert stack.call("PATCH", f"{PATH}/a", key=admin, body={"lifecycle_state": "revoked"}).status == 200
    assert stack.call("PATCH", f"{PATH}/a", key=admin, body={"lifecycle_state": "active"}).status == 409
    assert stack.call("PATCH", f"{PATH}/a", key=admin, body={"team": "x"}).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"lifecycle_state": "asleep"}, "lifecycle_state"),
        ({"authority_model": None}, "authority_model"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_the_field(stack, admin, body, field):
    create(stack, admin, id="a")
    for answer in (
        create(stack, admin, **body),
        stack.call("PATCH", f"{PATH}/a", key=admin, body=body),
    ):
        assert (answer.status, answer.error["details"][0]["field"]) == (400, field)


def test_the_list(stack, workspace, admin):
    for number in range(3):
        create(stack, admin, id=f"a{number}", team="x" if number else "y")
    page = stack.call("GET", PATH, key=workspace.reader, limit=2, offset=1).json
    assert [agent["id"] for agent in page["data"]] == ["a1", "a2"]
    assert page["pagination"] == {"total": 3, "limit": 2, "offset": 1}
    assert stack.call("GET", PATH, key=workspace.reader, team="y").json["pagination"]["total"] == 1
