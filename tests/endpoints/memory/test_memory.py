"""POST/GET /api/v1/memory, GET/DELETE /api/v1/memory/{id}"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engine import record_calls
from tests.endpoints.stack import pages, within_a_minute

PATH = "/api/v1/memory"
SHAPE = {
    "id", "key", "value", "scope", "category", "confidence", "project_id", "session_id", "metadata", "source",
    "version", "created_at", "created_by", "updated_at", "updated_by",
}  # fmt: skip


@pytest.fixture
def key(workspace):
    return workspace.key("memory:write", "traces:read", "traces:write", project="proj_1")


def post(stack, key, name="style", value="tabs", **said):
    return stack.call("POST", PATH, key=key, body={"key": name, "value": value, **said})


def get(stack, key, place, **query):
    return stack.call("GET", f"{PATH}/{place}", key=key, **query)


def listed(stack, key, **query):
    answer = stack.call("GET", PATH, key=key, **query)
    assert answer.status == 200, answer.body
    return [memory["key"] for memory in answer.json["data"]]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", PATH), ("GET", PATH), ("GET", PATH + "/m"), ("DELETE", PATH + "/m")]
)
def test_anonymous(stack, method, path):
    assert stack.call(method, path, body={"key": "k", "value": "v"} if method == "POST" else None).status == 401


def test_missing_scope(stack, workspace):
    assert post(stack, workspace.reader).status == 403
    assert stack.call("DELETE", PATH + "/m", key=workspace.reader).status == 403
    assert stack.call("GET", PATH, key=workspace.writer).status == 403
    assert get(stack, workspace.writer, "m").status == 403


def test_another_workspace_sees_and_deletes_nothing(stack, workspace, elsewhere, key):
    made = post(stack, key).json["id"]
    other = elsewhere.key("memory:write", "traces:read")
    assert get(stack, other, made).status == 404
    assert stack.call("DELETE", f"{PATH}/{made}", key=other).status == 404
    assert listed(stack, other) == []
    assert get(stack, key, made).status == 200


def test_another_project_sees_and_deletes_nothing(stack, workspace, key):
    made = post(stack, key, scope="global").json["id"]
    other = workspace.key("memory:write", "traces:read", project="proj_2")
    assert get(stack, other, made).status == 404
    assert stack.call("DELETE", f"{PATH}/{made}", key=other).status == 404
    assert listed(stack, other) == []
    assert post(stack, key, project_id="proj_2").status == 404
    assert stack.call("GET", PATH, key=key, project_id="proj_2").status == 404


def test_a_memory_is_written_read_and_forgotten(stack, key):
    answer = post(
        stack, key, value={"indent": 4, "ratio": 0.5}, category="preference", confidence=0.8, metadata={"a": 1}
    )
    assert answer.status == 201
    made = answer.json
    assert made.keys() >= SHAPE | {"history"}
    assert (made["scope"], made["category"], made["confidence"], made["version"]) == ("project", "preference", 0.8, 1)
    assert (made["project_id"], made["value"], made["history"]) == ("proj_1", {"indent": 4, "ratio": 0.5}, [])
    assert get(stack, key, made["id"]).json == made
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=key).status == 204
    assert get(stack, key, made["id"]).status == 404
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=key).status == 404
    assert listed(stack, key) == []


def test_the_same_key_updates_and_keeps_history(stack, key):
    first = post(stack, key, value="tabs").json
    again = post(stack, key, value="tabs")
    assert (again.status, again.json["version"]) == (200, 1)
    second = post(stack, key, value="spaces", confidence=0.9)
    assert second.status == 200
    assert second.json["id"] == first["id"]
    assert (second.json["value"], second.json["version"], second.json["created_at"]) == (
        "spaces",
        2,
        first["created_at"],
    )
    (former,) = second.json["history"]
    assert (former["value"], former["version"], former["confidence"]) == ("tabs", 1, 1.0)
    assert listed(stack, key) == ["style"]


def test_history_is_bounded(stack, key):
    for n in range(24):
        made = post(stack, key, value=f"v{n}").json
    assert made["version"] == 24
    assert [former["value"] for former in made["history"]] == [f"v{n}" for n in range(22, 2, -1)]


def test_scopes_hold_keys_of_their_own(stack, workspace, key):
    ids = {post(stack, key, scope=scope, session_id="s1").json["id"] for scope in ("session", "project", "global")}
    ids.add(post(stack, key, scope="session", session_id="s2").json["id"])
    assert len(ids) == 4
    assert sorted(listed(stack, key)) == ["style"] * 4


def test_a_global_memory_of_the_workspace_is_read_by_all_and_changed_by_none(stack, workspace, key):
    admin = workspace.key("admin")
    made = post(stack, admin, "house", "be kind", scope="global").json
    assert made["project_id"] is None
    assert get(stack, key, made["id"]).status == 200
    assert listed(stack, key) == ["house"]
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=key).status == 404
    assert stack.call("DELETE", f"{PATH}/{made['id']}", key=admin).status == 204


def test_a_sessions_memories_end_with_it(stack, workspace, key):
    workspace.trace("sess")
    made = post(stack, key, scope="session", session_id="sess")
    assert made.status == 201
    assert listed(stack, key, session_id="sess") == ["style"]
    workspace.append("sess", [{"type": "session_end", "payload": {"status": "completed"}}])
    assert get(stack, key, made.json["id"]).status == 404
    assert listed(stack, key) == []
    late = post(stack, key, scope="session", session_id="sess")
    assert (late.status, late.error["code"]) == (409, "conflict")


def test_a_session_of_another_project_is_not_there(stack, workspace, key):
    workspace.trace("sess", project_id="proj_2")
    assert post(stack, key, scope="session", session_id="sess").status == 404
    admin = workspace.key("admin")
    assert post(stack, admin, scope="session", session_id="sess").json["project_id"] == "proj_2"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"value": "v"}, "key"),
        ({"key": "k"}, "value"),
        ({"key": "k", "value": None}, "value"),
        ({"key": "k", "value": ""}, "value"),
        ({"key": "", "value": "v"}, "key"),
        ({"key": "k", "value": "v", "scope": "team"}, "scope"),
        ({"key": "k", "value": "v", "category": "idea"}, "category"),
        ({"key": "k", "value": "v", "confidence": 1.01}, "confidence"),
        ({"key": "k", "value": "v", "confidence": -0.1}, "confidence"),
        ({"key": "k", "value": "v", "confidence": "high"}, "confidence"),
        ({"key": "k", "value": "v", "scope": "session"}, "session_id"),
        ({"key": "k", "value": "v", "session_id": "a b"}, "session_id"),
        ({"key": "k", "value": "x" * 9000}, "value"),
        ({"key": "k", "value": "v", "metadata": {"x": "y" * 5000}}, "metadata"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(stack, key, body, field):
    answer = stack.call("POST", PATH, key=key, body=body)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert listed(stack, key) == []


def test_filters(stack, key):
    post(stack, key, "a", category="fact", confidence=0.2)
    post(stack, key, "b", category="correction", confidence=0.7)
    post(stack, key, "c", category="fact", scope="global")
    post(stack, key, "d", scope="session", session_id="s1")
    assert sorted(listed(stack, key, category="fact")) == ["a", "c", "d"]
    assert listed(stack, key, scope="global") == ["c"]
    assert listed(stack, key, scope="session", session_id="s1") == ["d"]
    assert sorted(listed(stack, key, min_confidence=0.7)) == ["b", "c", "d"]
    assert listed(stack, key, key_="b") == ["b"]
    assert stack.call("GET", PATH, key=key, scope="team").status == 400


def test_pages_by_offset_and_by_cursor(stack, key):
    for n in range(7):
        post(stack, key, f"k{n}")
    first = stack.call("GET", PATH, key=key, limit=3).json
    assert first["pagination"] | {"next_cursor": ""} == {
        "total": 7, "limit": 3, "offset": 0, "next_cursor": "", "total_exact": True,
    }  # fmt: skip

    def fetch(cursor):
        answer = stack.call("GET", PATH, key=key, limit=3, cursor=cursor)
        answer.json["next_cursor"] = answer.json["pagination"]["next_cursor"]
        return answer

    whole = [memory["key"] for memory in pages(fetch, "data")]
    assert sorted(whole) == [f"k{n}" for n in range(7)]
    assert listed(stack, key, limit=3, offset=3) == whole[3:6]
    assert listed(stack, key, limit=3, offset=9) == []
    other = stack.call("GET", PATH, key=key, limit=3, cursor=first["pagination"]["next_cursor"], scope="global")
    assert other.status == 400


def test_writers_at_once_lose_no_version(stack, key):
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: post(stack, key, value=f"v{n}"), range(12)))
    assert {answer.status for answer in answers} <= {200, 201}
    last = get(stack, key, answers[0].json["id"]).json
    assert last["version"] == 12
    assert len({last["value"], *(former["value"] for former in last["history"])}) == 12


def test_flat_errors_for_the_flat_header(stack, key):
    answer = stack.call("GET", f"{PATH}/no", headers={"x-retrace-key": key})
    assert (answer.status, answer.json) == (404, {"error": "memory not found"})


def test_what_each_call_costs(stack, key):
    within_a_minute()
    made = post(stack, key).json["id"]
    stack.call("GET", PATH, key=key)
    for call, operations in (
        (lambda: post(stack, key, value="other"), ["UpdateItem", "GetItem", "PutItem"]),
        (lambda: post(stack, key, value="other"), ["UpdateItem", "GetItem"]),
        (lambda: get(stack, key, made), ["UpdateItem", "GetItem"]),
        (lambda: stack.call("GET", PATH, key=key), ["UpdateItem", "Query"]),
    ):
        with record_calls() as calls:
            assert call().status < 300
        assert calls.operations == operations
        assert calls.wcu <= 3
        assert calls.rcu <= 1
    with record_calls() as calls:
        assert stack.call("DELETE", f"{PATH}/{made}", key=key).status == 204
    # Noted in the audit trace, which is begun.
    assert calls.operations == ["UpdateItem", "GetItem", "GetItem", "TransactWriteItems", "DeleteItem"]
