"""POST /api/v1/search"""

import pytest

from tests.endpoints.search.conftest import index
from wakeline.domain.search.state import EmbeddingFailed
from wakeline.wiring import find

PATH = "/api/v1/search"
FIELDS = {"trace_id", "span_id", "span_type", "name", "text", "similarity"}


def search(stack, key, query, **said):
    return stack.call("POST", PATH, key=key, body={"query": query, **said})


def found(stack, key, query, **said):
    answer = search(stack, key, query, **said)
    assert answer.status == 200, answer.body
    return [(hit["trace_id"], hit["span_id"]) for hit in answer.json["results"]]


def tool(span, name, arguments, result):
    return [
        {"type": "tool_call", "span_id": span, "payload": {"tool_name": name, "arguments": arguments}},
        {"type": "tool_result", "span_id": span, "payload": {"result": result}},
    ]


@pytest.fixture
def recorded(workspace, record):
    record("a", [*tool("s1", "Bash", {"command": "pytest -x"}, "3 failed: database connection refused")])
    record(
        "b", [*tool("s2", "Read", {"path": "invoice.py"}, "def total(lines): return sum(lines)")], project_id="proj_2"
    )


def test_anonymous(stack):
    assert search(stack, None, "x").status == 401


def test_missing_scope(stack, workspace):
    assert search(stack, workspace.writer, "x").status == 403


def test_another_workspace_finds_nothing(stack, elsewhere, recorded):
    assert found(stack, elsewhere.reader, "database connection") == []


@pytest.mark.parametrize("mode", ["hybrid", "text", "vector"])
def test_another_project_finds_nothing(stack, workspace, recorded, mode):
    key = workspace.key("traces:read", project="proj_1")
    assert found(stack, key, "invoice total lines", mode=mode) == []
    assert found(stack, key, "database connection", mode=mode) == [("a", "s1")]
    assert search(stack, key, "x", project_id="proj_2").status == 404


@pytest.mark.parametrize("mode", ["hybrid", "text", "vector"])
def test_a_span_is_one_hit(stack, workspace, recorded, mode):
    answer = search(stack, workspace.reader, "why was the database connection refused in pytest?", mode=mode).json
    (hit,) = answer["results"]
    assert hit.keys() >= FIELDS
    assert (hit["trace_id"], hit["span_id"], hit["span_type"], hit["name"]) == ("a", "s1", "tool_call", "Bash")
    assert answer["mode"] == mode
    assert answer["embedding"] == {"model": "lexical-1", "lexical": True, "available": True}
    assert 0 <= hit["similarity"] <= 1
    assert hit["similarity"] > 0.2 or mode == "text"


def test_spelling_that_is_near_is_found_by_vector(stack, workspace, recorded):
    assert found(stack, workspace.reader, "conections databases", mode="text") == []
    assert found(stack, workspace.reader, "conections databases") == [("a", "s1")]


def test_messages_are_found_too(stack, workspace, record):
    record("m", ["Please book the flight to Oslo"])
    (hit,) = search(stack, workspace.reader, "flight to Oslo").json["results"]
    assert (hit["trace_id"], hit["span_type"], hit["text"]) == ("m", "user_message", "Please book the flight to Oslo")
    assert hit["span_id"].startswith("evt_")


def test_filters_and_limit(stack, workspace, recorded):
    key = workspace.reader
    assert found(stack, key, "database invoice", limit=1) in ([("a", "s1")], [("b", "s2")])
    assert found(stack, key, "database invoice", trace_id="b") == [("b", "s2")]
    assert found(stack, key, "database invoice", project_id="proj_2") == [("b", "s2")]
    assert found(stack, key, "database", span_type="llm_call") == []
    for body, field in (
        ({}, "query"),
        ({"query": " "}, "query"),
        ({"query": "x", "limit": 101}, "limit"),
        ({"query": "x", "mode": "y"}, "mode"),
    ):
        answer = stack.call("POST", PATH, key=key, body=body)
        assert (answer.status, answer.error["details"][0]["field"]) == (400, field)


def test_a_deleted_trace_is_not_found(stack, workspace, recorded):
    assert stack.call("DELETE", "/api/v1/traces/a", key=workspace.key("admin")).status == 204
    assert found(stack, workspace.reader, "database connection refused") == []


class Broken:
    model, is_lexical, floor = "broken", False, 0.0

    def embed(self, texts):
        raise EmbeddingFailed("no model today")


def test_without_the_model_words_decide_and_the_answer_says_so(stack, workspace, recorded, monkeypatch):
    monkeypatch.setattr(find, "embedder", Broken)
    answer = search(stack, workspace.reader, "database connection", mode="vector").json
    assert answer["embedding"] == {"model": "broken", "lexical": False, "available": False}
    assert answer["mode"] == "text"
    assert [hit["span_id"] for hit in answer["results"]] == ["s1"]


class Other:
    """Another model, of other dimensions."""

    model, is_lexical, floor = "other", False, 0.0

    def embed(self, texts):
        return [bytes([100, 1, 1, len(text) % 100]) for text in texts]


def test_vectors_of_another_model_are_not_compared(stack, workspace, recorded, monkeypatch):
    monkeypatch.setattr(find, "embedder", Other)
    assert found(stack, workspace.reader, "walrus", mode="vector") == []
    workspace.trace("c", tool("s3", "Bash", {"command": "ls"}, "walrus"))
    index(workspace, "c")
    assert found(stack, workspace.reader, "walrus", mode="vector") == [("c", "s3")]
