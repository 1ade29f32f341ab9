"""GET /api/search"""

import pytest

from local.engine import record_calls
from tests.endpoints.search.conftest import index
from tests.endpoints.stack import pages, within_a_minute

PATH = "/api/search"


def search(stack, key, q, **query):
    return stack.call("GET", PATH, key=key, q=q, **query)


def found(stack, key, q, **query):
    answer = search(stack, key, q, **query)
    assert answer.status == 200, answer.body
    return [(hit["session_id"], hit["index"]) for hit in answer.json["messages"]]


def test_anonymous(stack):
    assert search(stack, None, "x").status == 401


def test_missing_scope(stack, workspace):
    assert search(stack, workspace.writer, "x").status == 403


def test_another_workspace_finds_nothing(stack, workspace, elsewhere, record):
    record("a", ["the walrus speaks"])
    assert found(stack, workspace.reader, "walrus") == [("a", 0)]
    assert found(stack, elsewhere.reader, "walrus") == []
    assert search(stack, elsewhere.reader, "walrus", session_id="a").json["total"] == 0


def test_another_project_finds_nothing_in_a_shared_part(stack, workspace):
    for project in ("proj_1", "proj_2"):
        workspace.trace(
            f"t_{project}", [{"type": "user_message", "payload": {"content": f"walrus {project}"}}], project_id=project
        )
    index(workspace, "t_proj_1", "t_proj_2")
    assert len(found(stack, workspace.reader, "walrus")) == 2
    one = workspace.key("traces:read", project="proj_1")
    answer = search(stack, one, "walrus").json
    assert [hit["session_id"] for hit in answer["messages"]] == ["t_proj_1"]
    assert answer["total"] == 1
    assert found(stack, one, "walrus", session_id="t_proj_2") == []
    assert search(stack, one, "walrus", project_id="proj_2").status == 404
    assert found(stack, workspace.reader, "walrus", project_id="proj_2") == [("t_proj_2", 0)]


def test_shape_and_snippet(stack, workspace, record):
    record("a", [{"type": "agent_message", "payload": {"content": "Call <b>me</b> & the walrus " + "word " * 80}}])
    answer = search(stack, workspace.reader, "walrus")
    assert answer.json.keys() == {"messages", "total", "limit", "offset", "next_cursor"}
    (hit,) = answer.json["messages"]
    assert (hit["session_id"], hit["index"], hit["role"]) == ("a", 0, "assistant")
    assert "&lt;b&gt;me&lt;/b&gt; &amp; the <mark>walrus</mark> word" in hit["snippet"]
    assert hit["snippet"].endswith("…")
    assert hit["score"] > 0 or len(answer.json["messages"]) == 1
    assert hit["timestamp"].endswith("Z")
    assert answer.json["total"] == 1


@pytest.mark.parametrize(
    ("q", "indexes"),
    [
        ("apple", {0, 1, 3}),
        ("APPLE", {0, 1, 3}),
        ("apple pie", {0, 3}),
        ('"apple pie"', {0}),
        ('"apple pie', {0}),
        ("app*", {0, 1, 3, 4}),
        ("apple AND tart", {1}),
        ("tart OR pie", {0, 1, 3}),
        ("apple NOT tart", {0, 3}),
        ("apple -tart", {0, 3}),
        ("(tart OR pie) hot", {3}),
        ("creme", {2}),
        ("crème brûlée", {2}),
        ("main.py", {5}),
        ("foo_bar", {5}),
        ("東京", {6}),
        ("京都", set()),
        ("AND", {7}),
        ("NOT", set()),
        ("nothing here", set()),
        ("*", set()),
        ('"', set()),
        ("a OR", set()),
    ],
)
def test_queries(stack, workspace, q, indexes):
    texts = [
        "apple pie", "apple tart", "crème brûlée", "pie that is hot, with an apple", "application",
        "edit main.py: foo_bar()", "今日は東京です", "this and that",
    ]  # fmt: skip
    workspace.trace("t", [{"type": "user_message", "payload": {"content": text}} for text in texts])
    index(workspace, "t")
    assert {at for _, at in found(stack, workspace.reader, q)} == indexes


@pytest.mark.parametrize(
    "q", ["((", "a)b(", "NEAR(a b)", "text:a", "a^2", "{a}:b", "-", "- -x", '"\'";', "a\x00b", "NOT NOT a", "🙂"]
)
def test_nothing_typed_is_an_error(stack, workspace, record, q):
    record("t", ["a b"])
    assert search(stack, workspace.reader, q).status == 200


def test_what_is_missing_or_wrong_is_named(stack, workspace):
    for query, field in (
        ({}, "q"),
        ({"q": "x", "limit": 0}, "limit"),
        ({"q": "x", "limit": 1001}, "limit"),
        ({"q": "x", "role": "robot"}, "role"),
        ({"q": "x" * 2001}, "q"),
    ):
        answer = stack.call("GET", PATH, key=workspace.reader, **query)
        assert (answer.status, answer.error["details"][0]["field"]) == (422, field)
    assert search(stack, workspace.reader, "x", from_="yesterday").status == 422


def test_filters(stack, workspace):
    workspace.trace(
        "t",
        [
            {"type": "user_message", "timestamp": "2026-03-01T10:00:00Z", "payload": {"content": "walrus one"}},
            {"type": "agent_message", "timestamp": "2026-03-05T10:00:00Z", "payload": {"content": "walrus two"}},
            {"type": "tool_call", "span_id": "s", "payload": {"tool_name": "Bash", "arguments": {"a": "walrus three"}}},
        ],
    )
    index(workspace, "t")
    key = workspace.reader
    assert found(stack, key, "walrus") == found(stack, key, "walrus", limit=1000) == [("t", 0), ("t", 1)]
    assert found(stack, key, "walrus", type="user") == [("t", 0)]
    assert found(stack, key, "walrus", role="assistant") == [("t", 1)]
    assert found(stack, key, "walrus", from_="2026-03-02") == [("t", 1)]
    assert found(stack, key, "walrus", to="2026-03-01") == [("t", 0)]
    assert found(stack, key, "walrus", session_id="other") == []


def test_better_hits_come_first(stack, workspace, record):
    record("t", ["walrus " + "filler " * 60, "walrus walrus tusk", "a walrus"] + [f"other {n}" for n in range(20)])
    assert found(stack, workspace.reader, "walrus") == [("t", 1), ("t", 2), ("t", 0)]


def test_pages_over_several_parts(stack, workspace, record):
    for number in range(5):
        record(f"t{number}", [f"walrus {number} {at}" for at in range(4)])
    key = workspace.reader
    whole = found(stack, key, "walrus", limit=100)
    assert len(whole) == len(set(whole)) == 20
    hits = pages(lambda cursor: search(stack, key, "walrus", limit=3, cursor=cursor), "messages")
    assert [(hit["session_id"], hit["index"]) for hit in hits] == whole
    assert found(stack, key, "walrus", limit=3, offset=3) == whole[3:6]
    assert found(stack, key, "walrus", offset=100) == []
    first = search(stack, key, "walrus", limit=3).json
    assert first["total"] == 20
    assert search(stack, key, "other", cursor=first["next_cursor"]).status == 422


def test_a_deleted_trace_is_gone_at_once_and_its_text_leaves_the_index(stack, workspace, record):
    from wakeline.services import search_index
    from wakeline.wiring import find

    record("kept", ["walrus kept"])
    record("gone", ["walrus gone"])
    key = workspace.key("admin")
    assert stack.call("DELETE", "/api/v1/traces/gone", key=key).status == 204
    assert found(stack, key, "walrus") == [("kept", 0)]
    search_index.erase(find.indexer(lambda _: None), workspace.id, {"gone": None})
    assert search(stack, key, "walrus").json["total"] == 1
    s3, bucket = stack.engine.client("s3"), stack.engine.environment["BUCKET_NAME"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"search/{workspace.id}/")["Contents"]
    assert len(listed) == 1
    assert b"walrus gone" not in s3.get_object(Bucket=bucket, Key=listed[0]["Key"])["Body"].read()


def test_indexing_again_changes_nothing(stack, workspace, record):
    record("t", ["walrus"])
    assert index(workspace, "t") == 0
    workspace.append("t", [{"type": "user_message", "payload": {"content": "walrus again"}}])
    assert index(workspace, "t") == 1
    assert sorted(found(stack, workspace.reader, "walrus")) == [("t", 0), ("t", 1)]


def test_what_it_costs(stack, workspace, record):
    within_a_minute()
    record("t", ["walrus"])
    search(stack, workspace.reader, "walrus")
    with record_calls() as calls:
        search(stack, workspace.reader, "walrus")
    assert calls.operations == ["UpdateItem", "Query", "BatchGetItem"]
    assert calls.rcu <= 2
    with record_calls() as calls:
        search(stack, workspace.reader, "nobody")
    assert calls.operations == ["UpdateItem", "Query"]
