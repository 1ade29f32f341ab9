"""POST /api/v1/traces"""

import gzip
import json

import pytest

from tests.endpoints.bad_bodies import UNREADABLE

PATH = "/api/v1/traces"


def ingest(stack, key, body=None, **said):
    return stack.call("POST", PATH, key=key, body={} if body is None else body, **said)


def span(span_id="s1", **said):
    times = {"started_at": "2026-03-21T10:00:00Z", "ended_at": "2026-03-21T10:00:02Z"}
    return {"id": span_id, "span_type": "action", **times, **said}


def line(n, **said):
    message = {"role": "user", "content": f"question {n}"}
    return {"type": "user", "uuid": f"u{n}", "sessionId": "own", "cwd": "/home/ann/shop", "message": message, **said}


def transcript(*lines):
    return "".join(json.dumps(each) + "\n" for each in lines)


def verified(stack, workspace, trace_id):
    return stack.call("GET", f"/api/v1/traces/{trace_id}/verify", key=workspace.reader).json["valid"]


def test_anonymous(stack):
    assert ingest(stack, None).status == 401


@pytest.mark.parametrize("body", [{}, {"sessions": [{"id": "a", "data": transcript(line(1))}]}])
def test_missing_scope(stack, workspace, body):
    assert ingest(stack, workspace.reader, body).status == 403
    assert workspace.stored() == {}


def test_an_id_of_another_workspace_is_free_here(stack, workspace, elsewhere):
    for each in (workspace, elsewhere):
        assert ingest(stack, each.writer, {"id": "same", "spans": [span()]}).status == 201
        pushed = {"sessions": [{"id": "pushed", "data": transcript(line(1))}]}
        assert ingest(stack, each.writer, pushed).json == {"accepted": 1, "rejected": 0}


def test_a_trace_with_its_spans(stack, workspace):
    body = {
        "id": "trc_1",
        "name": "answer",
        "input": "how many?",
        "output": {"text": "42"},
        "status": "completed",
        "ended_at": "2026-03-21T10:00:09Z",
        "spans": [
            span("root", span_type="agent", name="planner", input="q", output="a"),
            span(
                "llm",
                parent_id="root",
                span_type="llm_call",
                model="claude-sonnet-4-5",
                input=[{"role": "user", "content": "q"}],
                output="a",
                input_tokens=1000,
                output_tokens=100,
                duration_ms=1500.5,
            ),
            span("tool", parent_id="root", span_type="tool_call", name="Bash", input={"c": "ls"}, error="no such file"),
        ],
    }
    answer = ingest(stack, workspace.writer, body)
    assert answer.status == 201
    trace = answer.json
    assert (trace["id"], trace["status"], trace["total_cost"]) == ("trc_1", "completed", pytest.approx(0.0045))
    assert trace["started_at"] == "2026-03-21T10:00:00.000Z"
    assert trace["ended_at"] == "2026-03-21T10:00:09.000Z"
    assert trace["truncated"] is False
    (root,) = trace["spans"]
    assert [child["id"] for child in root["children"]] == ["llm", "tool"]
    llm, tool = root["children"]
    assert (llm["input_tokens"], llm["output_tokens"], llm["duration_ms"]) == (1000, 100, 1500.5)
    assert (llm["cost"], llm["output"], llm["model"]) == (pytest.approx(0.0045), "a", "claude-sonnet-4-5")
    assert (tool["error"], tool["input"], tool["duration_ms"]) == ("no such file", {"c": "ls"}, 2000)
    read = stack.call("GET", f"{PATH}/trc_1", key=workspace.reader).json
    assert read["spans"] == trace["spans"]
    assert verified(stack, workspace, "trc_1")


def test_the_same_again_is_the_trace_that_is_there(stack, workspace):
    body = {"id": "trc_1", "spans": [span(f"s{n}") for n in range(600)], "output": "done"}
    first = ingest(stack, workspace.writer, body)
    held = workspace.stored()
    again = ingest(stack, workspace.writer, body)
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert workspace.stored() == held
    other = ingest(stack, workspace.writer, body | {"output": "otherwise"})
    assert (other.status, other.error["code"]) == (409, "conflict")
    assert workspace.stored() == held


def test_spans_whose_parents_go_in_a_circle_or_nowhere(stack, workspace):
    spans = [span("a", parent_id="b"), span("b", parent_id="a"), span("c", parent_id="gone"), span("d", parent_id="d")]
    trace = ingest(stack, workspace.writer, {"spans": spans}).json

    def ids(tree):
        return [each for node in tree for each in (node["id"], *ids(node["children"]))]

    assert sorted(ids(trace["spans"])) == ["a", "b", "c", "d"]


def test_fields_of_a_span_that_are_not_ours_are_kept(stack, workspace):
    trace = ingest(stack, workspace.writer, {"spans": [span(metadata={"a": 1}, thread="t7")]}).json
    assert trace["spans"][0]["metadata"] == {"a": 1, "_fields": {"thread": "t7"}}


def test_a_long_answer_says_that_there_is_more(stack, workspace):
    spans = [span(f"s{n}", input=str(n) + "".join(f"{i:x}" for i in range(60_000))) for n in range(20)]
    body = gzip.compress(json.dumps({"id": "trc_1", "spans": spans}).encode())
    answer = ingest(stack, workspace.writer, body, headers={"Content-Encoding": "gzip"})
    assert answer.status == 201
    assert answer.json["truncated"] is True
    assert answer.json["event_count"] == 40
    assert len(answer.body) < 6_000_000
    assert verified(stack, workspace, "trc_1")


def test_what_a_run_was_given_and_came_to_is_shown_again(stack, workspace):
    body = {"id": "trc_1", "input": {"q": [1]}, "output": "no", "error": "e", "status": "failed", "spans": [span()]}
    made = ingest(stack, workspace.writer, body).json
    read = stack.call("GET", "/api/v1/traces/trc_1", key=workspace.reader).json
    for shown in (made, read):
        assert (shown["input"], shown["output"]) == ({"q": [1]}, "no")
        assert "error" not in shown  # that is how the API of these clients refuses
    bare = ingest(stack, workspace.writer, {"name": "x"}).json
    assert (bare["input"], bare["output"]) == (None, None)


def test_spans_may_leave_out_their_ids_and_when_they_began(stack, workspace):
    spans = [
        {"span_type": "llm_call", "name": "plan", "output": "go"},
        {"span_type": "tool_call", "name": "Bash", "parent_id": "span-0", "ended_at": "2026-03-21T10:00:09Z"},
    ]
    body = {"id": "trc_1", "spans": spans, "started_at": "2026-03-21T10:00:00Z"}
    first, again = (ingest(stack, workspace.writer, body) for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert first.json["spans"] == again.json["spans"]
    (root,) = first.json["spans"]
    (child,) = root["children"]
    assert (root["id"], root["started_at"], root["output"]) == ("span-0", "2026-03-21T10:00:00.000Z", "go")
    assert (child["id"], child["started_at"], child["duration_ms"]) == ("span-1", "2026-03-21T10:00:00.000Z", 9000)
    bare = ingest(stack, workspace.writer, {"spans": [spans[0], span("s2")]})
    assert bare.status == 201
    assert {each["id"] for each in bare.json["spans"]} == {"span-0", "s2"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"spans": [span(), span("s2", span_type="banana")]}, "spans.1.span_type"),
        ({"spans": [span(), {"id": "s2"}]}, "spans.1.span_type"),
        ({"spans": [span(), span("a b")]}, "spans.1.id"),
        ({"spans": [span(), span()]}, "spans.1.id"),
        ({"spans": [span("i" * 10_240)]}, "spans.0.id"),
        ({"spans": [span(started_at=None)]}, "spans.0.started_at"),
        ({"spans": [span(started_at="soon")]}, "spans.0.started_at"),
        ({"spans": [span(ended_at="2200-01-01T00:00:00Z")]}, "spans.0.ended_at"),
        ({"spans": [span(ended_at="2026-03-21T09:59:59Z")]}, "spans.0.ended_at"),
        ({"spans": [span(input_tokens=-1)]}, "spans.0.input_tokens"),
        ({"spans": [span(output_tokens=1.5)]}, "spans.0.output_tokens"),
        ({"spans": [span(cost="free")]}, "spans.0.cost"),
        ({"spans": [span(cost=1e12)]}, "spans.0.cost"),
        ({"spans": [span(duration_ms=-1)]}, "spans.0.duration_ms"),
        ({"spans": [span(input={"n": 2**53})]}, "spans.0"),
        ({"spans": [span(thread=2**60)]}, "spans.0"),
        ({"spans": [span(f"s{n}") for n in range(2001)]}, "spans"),
        ({"spans": "none"}, "spans"),
        ({"input": 2**60}, "input"),
        ({"output": [2**60]}, "output"),
        ({"status": "stale"}, "status"),
        ({"ended_at": "later"}, "ended_at"),
        ({"started_at": "later", "spans": [span()]}, "started_at"),
        ({"id": "a\x00", "spans": [span()]}, "id"),
        ({"sessions": {}}, "sessions"),
        ({"sessions": "x"}, "sessions"),
        ({"sessions": [{"id": "a"}]}, "sessions.0.data"),
        ({"sessions": [{"id": "a", "data": 3}]}, "sessions.0.data"),
        ({"sessions": [{"data": "x"}]}, "sessions.0.id"),
        ({"sessions": [{"id": "a", "data": "x"}] * 501}, "sessions"),
        ({"sessions": [], "spans": [span()]}, "sessions"),
        ({"sessions": [{"id": "a", "data": transcript(line(1))}], "output": "x"}, "sessions"),
        ({"sessions": [{"id": "a", "data": transcript(line(1))}], "repo": ""}, "repo"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_does_not_fit_is_named_and_nothing_is_stored(stack, workspace, said, field):
    answer = ingest(stack, workspace.writer, said)
    assert (answer.status, answer.error["code"]) == (400, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert len(answer.body) < 1500
    assert workspace.stored() == {}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_nothing_is_stored(stack, workspace, name):
    body, headers, status, word = UNREADABLE[name]
    answer = ingest(stack, workspace.writer, body, headers=headers)
    assert answer.status == (400 if status == 422 else status)
    assert word in answer.error["message"]
    assert workspace.stored() == {}


def test_errors_are_flat_for_callers_of_the_flat_api(stack, workspace):
    answer = stack.call("POST", PATH, body=b"{", headers={"x-retrace-key": workspace.writer})
    assert answer.status == 400
    assert answer.json.keys() == {"error"}
    assert isinstance(answer.json["error"], str)
