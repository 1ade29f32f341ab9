"""POST/GET /api/v1/skills, GET/PATCH/DELETE /api/v1/skills/{id}"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages, within_a_minute

NOTED = ["GetItem", "PutItem", "PutItem"]
"""What noting a change in the audit trace costs."""

PATH = "/api/v1/skills"
DEFINITION = {
    "tools": ["Bash", "Read"],
    "prompt_template": "Review {path} for {concern}. Answer as {{\"ok\": true}}. Look at {path} twice.",
    "max_iterations": 5,
    "error_handling": "retry",
    "memory_scope": "project",
}  # fmt: skip


@pytest.fixture
def key(workspace):
    return workspace.key("skills:write", "traces:read", project="proj_1")


def post(stack, key, name="review", definition=DEFINITION, **said):
    return stack.call("POST", PATH, key=key, body={"name": name, "definition": definition, **said})


def get(stack, key, place, **query):
    return stack.call("GET", f"{PATH}/{place}", key=key, **query)


def patch(stack, key, place, body, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.call("PATCH", f"{PATH}/{place}", key=key, body=body, headers=sent)


def names(stack, key, **query):
    answer = stack.call("GET", PATH, key=key, **query)
    assert answer.status == 200, answer.body
    return [skill["name"] for skill in answer.json["data"]]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("GET", ""), ("GET", "/s"), ("PATCH", "/s"), ("DELETE", "/s")]
)
def test_anonymous(stack, method, path):
    assert stack.call(method, PATH + path, body={} if method in ("POST", "PATCH") else None).status == 401


def test_missing_scope(stack, workspace):
    assert post(stack, workspace.reader).status == 403
    assert patch(stack, workspace.reader, "s", {"name": "x"}).status == 403
    assert stack.call("DELETE", PATH + "/s", key=workspace.reader).status == 403
    assert stack.call("GET", PATH, key=workspace.writer).status == 403
    assert get(stack, workspace.writer, "s").status == 403


def test_another_workspace_sees_and_changes_nothing(stack, key, elsewhere):
    made = post(stack, key, is_public=True).json
    other = elsewhere.key("skills:write", "traces:read")
    assert get(stack, other, made["id"]).status == 404
    assert get(stack, other, made["id"], version=1).status == 404
    assert patch(stack, other, made["id"], {"name": "x"}).status == 404
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=other).status == 404
    assert names(stack, other) == []
    assert get(stack, key, made["id"]).json == made


def test_another_project_sees_what_is_public_and_changes_nothing(stack, workspace, key):
    hidden, shown = post(stack, key).json["id"], post(stack, key, "shown", is_public=True).json["id"]
    other = workspace.key("skills:write", "traces:read", project="proj_2")
    assert get(stack, other, hidden).status == 404
    assert get(stack, other, shown).status == 200
    assert names(stack, other) == ["shown"]
    assert patch(stack, other, shown, {"name": "x"}).status == 404
    assert stack.call("DELETE", f"{PATH}/{shown}", key=other).status == 404
    assert patch(stack, key, shown, {"is_public": False}).status == 200
    assert get(stack, other, shown, version=1).status == 404


def test_a_skill_is_created_read_and_deleted(stack, key):
    answer = post(stack, key, description="Looks", tags=["b", "a", "b"], scope="global", is_public=True)
    assert answer.status == 201
    made = answer.json
    assert answer.headers["etag"] == '"1"'
    assert made["definition"] == DEFINITION
    assert made["variables"] == ["path", "concern"]
    assert (made["version"], made["tags"], made["scope"], made["is_public"]) == (1, ["b", "a"], "global", True)
    assert (made["description"], made["project_id"]) == ("Looks", "proj_1")
    assert get(stack, key, made["id"]).json == made
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=key).status == 204
    for query in ({}, {"version": 1}):
        assert get(stack, key, made["id"], **query).status == 404
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=key).status == 404


def test_defaults(stack, key):
    made = post(stack, key, definition={"prompt_template": "Do it"}).json
    assert made["definition"] == {
        "tools": [], "prompt_template": "Do it", "max_iterations": 10, "error_handling": "fail",
        "memory_scope": "project",
    }  # fmt: skip
    assert (made["variables"], made["scope"], made["is_public"], made["tags"]) == ([], "project", False, [])


def test_versions_never_change(stack, key):
    first = post(stack, key).json
    second = patch(stack, key, first["id"], {"description": "new", "definition": {"max_iterations": 9}})
    assert second.status == 200
    assert (second.json["version"], second.headers["etag"]) == (2, '"2"')
    assert second.json["definition"] == {**DEFINITION, "max_iterations": 9}
    third = patch(stack, key, first["id"], {"tags": ["x"]}).json
    assert get(stack, key, first["id"], version=1).json == first
    assert get(stack, key, first["id"], version=2).json == second.json
    assert get(stack, key, first["id"], version=3).json == third == get(stack, key, first["id"]).json
    assert get(stack, key, first["id"], version=4).status == 404
    assert get(stack, key, first["id"], version=0).status == 400


def test_if_match(stack, key):
    made = post(stack, key).json["id"]
    assert patch(stack, key, made, {"name": "a"}, If_Match='"1"').json["version"] == 2
    late = patch(stack, key, made, {"name": "b"}, If_Match='"1"')
    assert (late.status, late.error["code"], late.error["retry"]) == (409, "conflict", "conditional")
    assert get(stack, key, made).json["name"] == "a"
    assert patch(stack, key, made, {"name": "c"}, If_Match='W/"1", "2"').status == 200
    assert patch(stack, key, made, {"name": "d"}, If_Match="*").status == 200
    wrong = patch(stack, key, made, {"name": "e"}, If_Match="yesterday")
    assert (wrong.status, wrong.error["details"][0]["field"]) == (400, "If-Match")


def test_changes_at_once_that_expect_no_version_make_one_each(stack, key):
    made = post(stack, key).json["id"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: patch(stack, key, made, {"description": f"d{n}"}), range(6)))
    assert [answer.status for answer in answers] == [200] * 6
    assert sorted(answer.json["version"] for answer in answers) == [2, 3, 4, 5, 6, 7]
    assert get(stack, key, made).json["version"] == 7


def test_of_changes_at_once_one_wins_each_version(stack, key):
    made = post(stack, key).json["id"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: patch(stack, key, made, {"name": f"n{n}"}, If_Match='"1"'), range(6)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 5
    (won,) = [answer.json for answer in answers if answer.status == 200]
    assert get(stack, key, made).json == won
    assert won["version"] == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"scope": "team"}, "scope"),
        ({"tags": "x"}, "tags"),
        ({"is_public": "yes"}, "is_public"),
        ({"colour": "red"}, "colour"),
        ({}, "body"),
        ({"definition": {"error_handling": "ignore"}}, "definition.error_handling"),
        ({"definition": {"max_iterations": 0}}, "definition.max_iterations"),
        ({"definition": {"tools": [1]}}, "definition.tools.0"),
        ({"definition": {"prompt_template": "{"}}, "definition.prompt_template"),
        ({"definition": {"prompt_template": "Say {} now"}}, "definition.prompt_template"),
        ({"definition": {"prompt_template": "Say {a.b}"}}, "definition.prompt_template"),
        ({"definition": {"prompt_template": "Say {a!r}"}}, "definition.prompt_template"),
        ({"definition": {"prompt_template": '{"json": 1}'}}, "definition.prompt_template"),
        ({"definition": {"variables": ["path"]}}, "definition.variables"),
        ({"definition": {"variables": ["path", "concern", "other"]}}, "definition.variables"),
        ({"definition": {"prompt_template": "x" * 33_000}}, "definition.prompt_template"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(stack, key, change, field):
    made = post(stack, key).json
    answer = patch(stack, key, made["id"], change)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert get(stack, key, made["id"]).json == made
    if "definition" in change:
        body = {"name": "n", "definition": {**DEFINITION, **change["definition"]}}
        answer = stack.call("POST", PATH, key=key, body=body)
        assert (answer.status, answer.error["details"][0]["field"]) == (400, field)
        assert len(names(stack, key)) == 1


def test_filters(stack, workspace, key):
    post(stack, key, "a", tags=["x", "y"])
    post(stack, key, "b", tags=["y"], scope="global", description="finds Bugs")
    post(stack, workspace.key("skills:write"), "c", tags=["x"], scope="global")
    assert names(stack, key) == ["c", "b", "a"]
    assert names(stack, key, scope="global") == ["c", "b"]
    assert names(stack, key, tags="y") == ["b", "a"]
    assert names(stack, key, tags="x,y") == ["a"]
    assert names(stack, key, tags=["x", "y"]) == ["a"]
    assert names(stack, key, tag="x") == ["c", "a"]
    assert names(stack, key, search="bugs") == ["b"]
    assert stack.call("GET", PATH, key=key, scope="team").status == 400
    assert stack.call("GET", PATH, key=key, project_id="proj_2").status == 404


def test_pages(stack, key):
    for n in range(5):
        post(stack, key, f"s{n}")

    def fetch(cursor):
        answer = stack.call("GET", PATH, key=key, limit=2, cursor=cursor)
        assert answer.json["pagination"]["total"] == 5
        answer.json["next_cursor"] = answer.json["pagination"]["next_cursor"]
        return answer

    assert [skill["name"] for skill in pages(fetch, "data")] == ["s4", "s3", "s2", "s1", "s0"]
    assert names(stack, key, limit=2, offset=2) == ["s2", "s1"]


def test_what_each_call_costs(stack, key):
    within_a_minute()
    made = post(stack, key).json["id"]
    stack.call("GET", PATH, key=key)
    for call, operations in (
        (lambda: post(stack, key), ["UpdateItem", *NOTED, "TransactWriteItems"]),
        (lambda: get(stack, key, made), ["UpdateItem", "GetItem"]),
        (lambda: patch(stack, key, made, {"name": "x"}), ["UpdateItem", "GetItem", *NOTED, "TransactWriteItems"]),
        (lambda: get(stack, key, made, version=1), ["UpdateItem", "GetItem", "GetItem"]),
        (lambda: stack.call("GET", PATH, key=key), ["UpdateItem", "Query"]),
    ):
        with record_calls() as calls:
            assert call().status < 300
        assert calls.operations == operations
        assert calls.wcu <= (15 if set(NOTED) < set(operations) else 5)
        assert calls.rcu <= 2
