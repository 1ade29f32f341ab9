"""GET /api/v1/sessions, GET /api/sessions"""

import pytest

from local.engine import record_calls
from tests.endpoints.search.conftest import index
from tests.endpoints.stack import pages
from tests.factories import llm_call

PATHS = ["/api/v1/sessions", "/api/sessions"]


@pytest.mark.parametrize("path", PATHS)
def test_anonymous(stack, path):
    assert stack.call("GET", path).status == 401


@pytest.mark.parametrize("path", PATHS)
def test_missing_scope(stack, workspace, path):
    answer = stack.call("GET", path, key=workspace.writer)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", PATHS)
def test_another_workspace_sees_nothing(stack, workspace, elsewhere, path):
    workspace.trace()
    answer = stack.call("GET", path, key=elsewhere.reader)
    assert (answer.status, answer.json["sessions"], answer.json["total"]) == (200, [], 0)


def test_a_project_key_sees_its_project(stack, workspace):
    workspace.trace("mine", project_id="proj_1")
    workspace.trace("theirs", project_id="proj_2")
    key = workspace.key("traces:read", project="proj_1")
    answer = stack.call("GET", PATHS[0], key=key)
    assert [each["id"] for each in answer.json["sessions"]] == ["mine"]
    assert answer.json["total"] == 1
    assert stack.call("GET", PATHS[0], key=key, project_id="proj_2").status == 404


EVENTS = [
    {"type": "user_message", "payload": {"content": "hello"}, "timestamp": "2026-03-21T10:00:01Z"},
    {
        "type": "llm_call",
        "timestamp": "2026-03-21T10:00:02Z",
        "payload": {
            "model": "m-1",
            "input_tokens": 10,
            "output_tokens": 5,
            "cache_read_tokens": 3,
            "cache_write_tokens": 2,
            "cost_usd": 0.25,
        },
    },
    {"type": "agent_message", "payload": {"content": "hi"}, "timestamp": "2026-03-21T10:00:03Z"},
    {
        "type": "tool_call",
        "span_id": "s1",
        "timestamp": "2026-03-21T10:00:04Z",
        "payload": {"tool_name": "Bash", "arguments": {}},
    },
    {
        "type": "session_end",
        "timestamp": "2026-03-21T10:05:42Z",
        "payload": {"status": "completed"},
    },
]


def test_an_item_has_every_field_of_the_references(stack, workspace):
    workspace.trace(
        "sess_abc123",
        EVENTS,
        author="alice",
        repo="myproject",
        tool="claude-code",
        cwd="/home/a/myproject",
        name="Auth",
    )
    answer = stack.call("GET", "/api/v1/sessions", key=workspace.reader)
    assert answer.json.keys() == {"sessions", "total", "limit", "offset", "next_cursor", "total_exact"}
    (session,) = answer.json["sessions"]
    seen = {
        "id": "sess_abc123",
        "author": "alice",
        "repo": "myproject",
        "started_at": "2026-03-21T10:00:00.000Z",
        "ended_at": "2026-03-21T10:05:42.000Z",
        "duration_secs": 342,
        "tool": "claude-code",
        "summary": "Auth",
        "status": "completed",
        "project": "/home/a/myproject",
        "project_name": "myproject",
        "model": "m-1",
        "models": ["m-1"],
        "message_count": 2,
        "tool_call_count": 1,
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_tokens": 3,
        "cache_write_tokens": 2,
        "total_tokens": 20,
        "cost": 0.25,
        "tags": [],
        "notes": None,
        "labels": [],
        "workspace_id": workspace.id,
        "project_id": "proj_1",
    }
    assert session | seen == session


def test_what_is_not_known_keeps_its_type(stack, workspace):
    workspace.trace()
    (session,) = stack.call("GET", "/api/sessions", key=workspace.reader).json["sessions"]
    assert {name: session[name] for name in ("author", "repo", "tool", "summary", "project", "model")} == dict.fromkeys(
        ("author", "repo", "tool", "summary", "project", "model"), ""
    )
    assert (session["duration_secs"], session["ended_at"], session["status"]) == (0, None, "stale")


def test_unpriced_calls_cost_nothing_known(stack, workspace):
    workspace.trace(events=[{"type": "llm_call", "payload": {"model": "x", "input_tokens": 1, "cost_usd": None}}])
    (session,) = stack.call("GET", "/api/sessions", key=workspace.reader).json["sessions"]
    assert session["cost"] is None


@pytest.mark.parametrize(("path", "limit"), [(PATHS[0], 20), (PATHS[1], 50)])
def test_each_reference_has_its_default_limit(stack, workspace, path, limit):
    answer = stack.call("GET", path, key=workspace.reader)
    assert (answer.json["limit"], answer.json["offset"], answer.json["next_cursor"]) == (limit, 0, None)


def test_a_page_holds_up_to_a_thousand(stack, workspace):
    ids = [f"trc_{number:03d}" for number in range(101)]
    for trace_id in ids:
        workspace.trace(trace_id)
    answer = stack.call("GET", PATHS[0], key=workspace.reader, limit=1000).json
    assert [each["id"] for each in answer["sessions"]] == ids[::-1]
    assert (answer["limit"], answer["next_cursor"]) == (1000, None)


def test_newest_first_by_offset_and_by_cursor(stack, workspace):
    ids = [f"trc_{minute:02d}" for minute in range(7)]
    for minute, trace_id in enumerate(ids):
        workspace.trace(trace_id, started_at=f"2026-03-21T10:{minute:02d}:00.000Z")
    newest = ids[::-1]
    second = stack.call("GET", PATHS[0], key=workspace.reader, limit=3, offset=3).json
    assert [each["id"] for each in second["sessions"]] == newest[3:6]
    assert (second["total"], second["offset"], second["total_exact"]) == (7, 3, True)
    walked = pages(lambda at: stack.call("GET", PATHS[0], key=workspace.reader, limit=3, cursor=at), "sessions")
    assert [each["id"] for each in walked] == newest


@pytest.mark.parametrize("path", PATHS)
def test_search_looks_into_messages(stack, workspace, elsewhere, path):
    def says(trace_id, text, **facts):
        return workspace.trace(trace_id, [{"type": "user_message", "payload": {"content": text}}], **facts)

    says("a", "The walrus repairs the login page", started_at="2026-03-21T10:00:00.000Z")
    says("b", "A login without sea animals", started_at="2026-03-21T11:00:00.000Z", project_id="proj_2")
    workspace.trace("c", name="Walrus in the title", started_at="2026-03-21T12:00:00.000Z")
    index(workspace, "a", "b", "c")

    def ids(text, key=workspace.reader, **query):
        answer = stack.call("GET", path, key=key, search=text, **query).json
        return [each["id"] for each in answer["sessions"]]

    assert ids("walrus") == ["c", "a"]
    assert ids("login walrus") == ["a"]
    assert ids('"repairs the login"') == ["a"]
    assert ids("login") == ["b", "a"]
    assert ids("login", workspace.key("traces:read", project="proj_2")) == ["b"]
    assert ids("login", project_id="proj_2") == ["b"]
    assert ids("login", elsewhere.reader) == []
    assert ids("(*") == []
    one = {"key": workspace.reader, "search": "login", "limit": 1}
    walked = pages(lambda at: stack.call("GET", path, cursor=at, **one), "sessions")
    assert [each["id"] for each in walked] == ["b", "a"]


def test_what_a_cost_lacks_is_said(stack, workspace):
    priced, unpriced = llm_call(cost_usd=2.5), llm_call(model="our-own-model", cost_usd=None)
    for trace_id, calls in {"known": [priced], "partly": [priced, unpriced], "unknown": [unpriced]}.items():
        workspace.trace(trace_id, calls)
    shown = stack.call("GET", PATHS[1], key=workspace.reader).json["sessions"]
    assert {each["id"]: (each["cost"], each["unpriced_calls"]) for each in shown} == {
        "known": (2.5, 0),
        "partly": (2.5, 1),
        "unknown": (None, 1),
    }


def test_the_plus_of_an_offset_may_be_bare(stack, workspace):
    workspace.trace("a", started_at="2026-03-21T10:00:00.000Z")
    said = [
        stack.call("GET", PATHS[1], key=workspace.reader, from_=since).json["total"]
        for since in ("2026-03-21T12:00:00 02:00", "2026-03-21T12:00:00+02:00", "2026-03-21T12:00:01 02:00")
    ]
    assert said == [1, 1, 0]


def test_filters(stack, workspace):
    workspace.trace("a", EVENTS, author="alice", repo="api", cwd="/home/a/api", tags=["slow"], name="Fix login")
    workspace.trace("b", author="bob", repo="web", started_at="2026-03-22T10:00:00.000Z", model="m-2")

    def ids(**query: str) -> list[str]:
        answer = stack.call("GET", PATHS[1], key=workspace.reader, **query)
        assert answer.json["total"] == len(answer.json["sessions"])
        return [each["id"] for each in answer.json["sessions"]]

    assert ids(author="alice") == ids(repo="api") == ids(project="/home/a/api") == ids(project="api") == ["a"]
    assert ids(search="LOGIN") == ids(tag="slow") == ids(model="m-1") == ids(status="completed") == ["a"]
    assert (
        ids(model="m-2") == ids(since="2026-03-22") == ids(from_="2026-03-21T10:00:01Z") == ids(status="stale") == ["b"]
    )
    assert ids(to="2026-03-21") == ["a"]
    assert ids(to="2026-03-22") == ["b", "a"]
    assert ids(author="alice", repo="web") == ids(status="running") == ids(project_id="other") == []
    assert ids(since="2026-03-22", to="2026-03-20") == ids(from_="2026-03-22", to="2026-03-21T10:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 10_001}, "offset"),
        ({"since": "yesterday"}, "since"),
        ({"from_": "2026-13-01"}, "from"),
        ({"to": "x"}, "to"),
        ({"status": "odd"}, "status"),
        ({"cursor": "!"}, "cursor"),
        ({"cursor": "e30"}, "cursor"),
        ({"project_id": "a b"}, "project_id"),
    ],
)
def test_a_bad_parameter_is_named(stack, workspace, query, field):
    old = stack.call("GET", PATHS[0], key=workspace.reader, **query)
    assert (old.status, old.error["code"]) == (400, "bad_request")
    new = stack.call("GET", PATHS[1], key=workspace.reader, **query)
    assert (new.status, new.error["code"]) == (422, "validation_error")
    assert old.error["details"][0]["field"] == new.error["details"][0]["field"] == field


def test_a_cursor_belongs_to_its_query(stack, workspace, elsewhere):
    for place in (workspace, elsewhere):
        place.trace()
        place.trace()
    cursor = stack.call("GET", PATHS[0], key=workspace.reader, limit=1).json["next_cursor"]
    assert stack.call("GET", PATHS[0], key=workspace.reader, limit=2, cursor=cursor).status == 200
    for answer in (
        stack.call("GET", PATHS[0], key=workspace.reader, author="alice", cursor=cursor),
        stack.call("GET", PATHS[0], key=workspace.reader, project_id="proj_1", cursor=cursor),
        stack.call("GET", PATHS[0], key=elsewhere.reader, cursor=cursor),
    ):
        assert (answer.status, answer.error["details"][0]["field"]) == (400, "cursor")


def test_long_notes_cut_the_page_and_lose_nothing(stack, workspace):
    for number in range(80):
        workspace.trace(f"trc_{number}", notes="ü" * 20_000)
    first = stack.call("GET", PATHS[1], key=workspace.reader, limit=80)
    assert len(first.json["sessions"]) < 80
    walked = pages(lambda at: stack.call("GET", PATHS[1], key=workspace.reader, limit=80, cursor=at), "sessions")
    assert len({each["id"] for each in walked}) == len(walked) == 80


def test_what_a_page_costs(stack, workspace):
    for _ in range(60):
        workspace.trace()
    key = workspace.reader
    with record_calls() as calls:
        assert len(stack.call("GET", PATHS[1], key=key).json["sessions"]) == 50
    # Authentication (twice in the first request of a minute), one page of the index, the count, the HEADs of the page,
    # the labels of their analyses (there are none here).
    *authentication, index, count, heads, labels = calls.dynamodb
    assert {call.operation for call in authentication} == {"UpdateItem"}
    assert [call.operation for call in (index, count, heads, labels)] == [
        "Query",
        "Query",
        "BatchGetItem",
        "BatchGetItem",
    ]
    assert [call.rcu for call in (index, count, heads, labels)] == [1.5, 1.0, 25.0, 25.0]
    assert calls.wcu <= 2
