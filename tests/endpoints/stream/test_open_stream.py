"""GET /api/stream, through the route and the application the template names. Each stream's time is up at once."""

import json

import pytest

from tests.fakes.env import fixed_env
from wakeline import wiring
from wakeline.domain.feed import Appended
from wakeline.services import feed, ledger


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setenv("STREAM_SECONDS", "0.3")
    monkeypatch.setenv("STREAM_POLL_MS", "10")


def grow(workspace, trace_id, texts, project="proj_1"):
    """A trace of these messages, one segment each, fed."""
    workspace.trace(trace_id, project_id=project)
    for at, text in enumerate(texts):
        workspace.append(trace_id, [{"type": "user_message", "payload": {"content": text}}])
        appended = Appended(workspace.id, trace_id, at, 1)
        feed.publish(wiring.feed(), wiring.ledger(), wiring.env(), workspace.id, [appended])


def frames(answer):
    """(id, event, data) of every frame that has data, without the closing one."""
    found = []
    for block in answer.body.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in lines and lines["event"] != "stream.closed":
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


def seen(answer):
    assert answer.status == 200, answer.body
    return [(number, data["trace_id"], data["payload"]["content"]) for number, _, data in frames(answer)]


def test_anonymous(stack):
    answer = stack.call("GET", "/api/stream")
    assert (answer.status, answer.error["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_unknown_key(stack):
    assert stack.call("GET", "/api/stream", key="wl_live_nobody").status == 401


def test_missing_scope(stack, workspace):
    answer = stack.call("GET", "/api/stream", key=workspace.writer)
    assert (answer.status, answer.error["code"]) == (403, "forbidden")


def test_another_workspace_sees_nothing(stack, workspace, elsewhere):
    grow(workspace, "trc_a", ["one"])
    assert seen(stack.call("GET", "/api/stream", key=elsewhere.reader, after_seq=0)) == []
    assert seen(stack.call("GET", "/api/stream", key=elsewhere.reader, after_seq=0, session_id="trc_a")) == []


def test_over_the_limit(stack, workspace, monkeypatch):
    frozen = fixed_env()
    monkeypatch.setattr(wiring, "env", lambda: frozen)
    key = workspace.key("traces:read", plan="standard")
    for _ in range(100):
        stack.call("GET", "/api/v1/traces", key=key)
    answer = stack.call("GET", "/api/stream", key=key)
    assert (answer.status, answer.error["code"]) == (429, "rate_limited")
    assert answer.headers["retry-after"]
    assert answer.headers["x-ratelimit-remaining"] == "0"


def test_a_key_that_was_sent_flat_gets_flat_errors(stack, workspace):
    answer = stack.call("GET", "/api/stream", headers={"x-retrace-key": workspace.writer})
    assert (answer.status, answer.json) == (403, {"error": "this needs the scope traces:read"})


def test_frames(stack, workspace):
    grow(workspace, "trc_a", ["one"])
    answer = stack.call("GET", "/api/stream", key=workspace.reader, after_seq=0)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-ratelimit-limit"]
    assert answer.headers["x-request-id"]
    assert answer.body.startswith(b"retry: 2000\nid: 0\n\nid: 1\nevent: user_message\ndata: {")
    ((number, kind, event),) = frames(answer)
    assert (number, kind, event["payload"], event["index"]) == (1, "user_message", {"content": "one"}, 0)
    listed = stack.call("GET", "/api/traces/trc_a/events", key=workspace.reader).json["events"]
    assert event == {name: listed[0][name] for name in event}


def test_it_says_goodbye_when_its_time_is_up(stack, workspace):
    grow(workspace, "trc_a", ["one", "two"])
    answer = stack.call("GET", "/api/stream", key=workspace.reader, session_id="other", after_seq=0)
    last = answer.body.decode().split("\n\n")[-2]
    # With the place it has come to, though none of those events was for this client.
    assert last == 'id: 2\nevent: stream.closed\ndata: {"reason": "time", "resume_after": 2}'


def test_without_a_number_it_begins_at_the_present(stack, workspace):
    grow(workspace, "trc_a", ["one"])
    answer = stack.call("GET", "/api/stream", key=workspace.reader)
    assert seen(answer) == []
    assert answer.body.startswith(b"retry: 2000\nid: 1\n\n")


@pytest.mark.parametrize(("header", "query", "expected"), [("2", None, [3]), (None, 1, [2, 3]), ("1", 0, [2, 3])])
def test_resuming(stack, workspace, header, query, expected):
    grow(workspace, "trc_a", ["one", "two", "three"])
    headers = {"Last-Event-ID": header} if header else {}
    answer = stack.call("GET", "/api/stream", key=workspace.reader, headers=headers, after_seq=query)
    assert [number for number, *_ in seen(answer)] == expected


def test_filters(stack, workspace):
    grow(workspace, "trc_a", ["one"], "proj_1")
    grow(workspace, "trc_b", ["two"], "proj_2")
    for narrowed, expected in (
        ({"project_id": "proj_2"}, [(2, "trc_b", "two")]),
        ({"session_id": "trc_a"}, [(1, "trc_a", "one")]),
        ({"project_id": "proj_2", "session_id": "trc_a"}, []),
    ):
        assert seen(stack.call("GET", "/api/stream", key=workspace.reader, after_seq=0, **narrowed)) == expected


def test_a_projects_key_sees_its_project(stack, workspace):
    grow(workspace, "trc_a", ["one"], "proj_1")
    grow(workspace, "trc_b", ["two"], "proj_2")
    key = workspace.key("traces:read", project="proj_2")
    assert seen(stack.call("GET", "/api/stream", key=key, after_seq=0)) == [(2, "trc_b", "two")]
    assert seen(stack.call("GET", "/api/stream", key=key, after_seq=0, session_id="trc_a")) == []
    assert stack.call("GET", "/api/stream", key=key, project_id="proj_1").status == 404


def test_a_deleted_trace_is_gone(stack, workspace):
    grow(workspace, "trc_a", ["one"])
    grow(workspace, "trc_b", ["two"])
    trace = wiring.ledger().head(workspace.id, "trc_a")
    assert trace is not None
    ledger.erase(wiring.ledger(), wiring.env(), trace, "tests")
    assert seen(stack.call("GET", "/api/stream", key=workspace.reader, after_seq=0)) == [(2, "trc_b", "two")]


@pytest.mark.parametrize(
    "query", [{"after_seq": "-1"}, {"after_seq": "x"}, {"after_seq": 10**15}, {"session_id": "a b"}]
)
def test_parameters_that_do_not_fit(stack, workspace, query):
    answer = stack.call("GET", "/api/stream", key=workspace.reader, **query)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")


@pytest.mark.parametrize("said", ["x", "-1", "9" * 16, "¹"])
def test_an_id_that_is_none_of_ours(stack, workspace, said):
    answer = stack.call("GET", "/api/stream", key=workspace.reader, headers={"Last-Event-ID": said})
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
