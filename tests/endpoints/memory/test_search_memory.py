"""POST /api/v1/memory/search"""

import pytest

PATH = "/api/v1/memory"


def remember(stack, key, name, value, **said):
    answer = stack.call("POST", PATH, key=key, body={"key": name, "value": value, **said})
    assert answer.status in (200, 201), answer.body
    return answer.json["id"]


def search(stack, key, query, **said):
    return stack.call("POST", PATH + "/search", key=key, body={"query": query, **said})


def found(stack, key, query, **said):
    answer = search(stack, key, query, **said)
    assert answer.status == 200, answer.body
    return [hit["memory"]["key"] for hit in answer.json["results"]]


@pytest.fixture
def key(workspace):
    return workspace.key("memory:write", "traces:read", project="proj_1")


@pytest.fixture
def notes(stack, key):
    remember(stack, key, "indentation", "This team indents with tabs", category="preference", confidence=0.9)
    remember(stack, key, "deploy-day", {"rule": "never deploy on fridays"}, category="instruction", scope="global")
    remember(stack, key, "db_host", "the database lives at db.internal", scope="session", session_id="s1")


def test_anonymous(stack):
    assert search(stack, None, "x").status == 401


def test_missing_scope(stack, workspace):
    assert search(stack, workspace.key("memory:write"), "x").status == 403


def test_another_workspace_or_project_finds_nothing(stack, workspace, elsewhere, key, notes):
    assert found(stack, elsewhere.reader, "tabs") == []
    assert found(stack, workspace.key("traces:read", project="proj_2"), "tabs") == []
    assert search(stack, key, "tabs", project_id="proj_2").status == 404


@pytest.mark.parametrize("mode", ["hybrid", "text", "vector"])
def test_the_right_one_comes_first(stack, key, notes, mode):
    answer = search(stack, key, "may I deploy on a friday or fridays?", mode=mode).json
    assert answer["results"][0]["memory"]["key"] == "deploy-day"
    assert 0 <= answer["results"][0]["similarity"] <= 1
    assert answer["embedding"]["lexical"] is True
    assert answer["results"][0]["memory"]["value"] == {"rule": "never deploy on fridays"}


def test_what_was_just_written_is_found_and_what_it_said_before_is_not(stack, key, notes):
    remember(stack, key, "indentation", "four spaces now")
    assert found(stack, key, "spaces", mode="text") == ["indentation"]
    assert found(stack, key, "tabs", mode="text") == []


def test_filters(stack, workspace, key, notes):
    query = "indents tabs deploy database"
    assert sorted(found(stack, key, query)) == ["db_host", "deploy-day", "indentation"]
    assert found(stack, key, query, scope="global") == ["deploy-day"]
    assert found(stack, key, query, category="preference") == ["indentation"]
    assert found(stack, key, query, session_id="s1") == ["db_host"]
    assert len(found(stack, key, query, limit=1)) == 1
    workspace.trace("s1", [{"type": "session_end", "payload": {"status": "completed"}}])
    assert found(stack, key, "database") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": "x", "scope": "y"}, "scope"),
        ({"query": "x", "limit": 0}, "limit"),
    ],
)
def test_bad_input_names_the_field(stack, key, body, field):
    answer = stack.call("POST", PATH + "/search", key=key, body=body)
    assert (answer.status, answer.error["details"][0]["field"]) == (400, field)


def test_punctuation_finds_nothing(stack, key, notes):
    assert found(stack, key, "?!") == []
