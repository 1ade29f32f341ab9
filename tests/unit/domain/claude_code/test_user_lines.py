import hashlib

import pytest

from .written import assistant, call, events_of, kinds, result_of, user

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAECAw=="}}
SMALL_IMAGE = {
    "type": "image",
    "source": {
        "type": "base64",
        "media_type": "image/png",
        "size_bytes": 4,
        "data_sha256": hashlib.sha256(b"AAECAw==").hexdigest(),
    },
}


@pytest.mark.parametrize(
    ("content", "payload"),
    [
        ("hi", {"content": "hi"}),
        ("<command-name>/clear</command-name>", {"content": "<command-name>/clear</command-name>"}),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], {"content": "a\nb"}),
        (["bare", {"type": "text", "text": "b"}], {"content": "bare\nb"}),
        ([{"type": "text", "text": "see"}, IMAGE], {"content": "see", "blocks": [SMALL_IMAGE]}),
        ([IMAGE], {"content": "", "blocks": [SMALL_IMAGE]}),
        (
            [{"type": "document", "title": "D", "source": {"type": "text", "data": "words"}}],
            {
                "content": "",
                "blocks": [{"type": "document", "title": "D", "source": {"type": "text", "data": "words"}}],
            },
        ),
        ([7], {"content": "", "blocks": [{"type": "unknown", "value": 7}]}),
    ],
)
def test_user_message(content, payload):
    (event,) = events_of(user(content, uuid="u1"))
    assert (event["type"], event["payload"]) == ("user_message", payload)
    assert "actor" not in event


@pytest.mark.parametrize(
    ("field", "payload_field"),
    [("isMeta", "is_meta"), ("isSynthetic", "is_meta"), ("isCompactSummary", "is_compact_summary")],
)
def test_what_no_person_wrote_is_marked(field, payload_field):
    (event,) = events_of({**user("caveat"), field: True})
    assert event["payload"] == {"content": "caveat", payload_field: True}
    assert event["actor"] == {"type": "system"}


def test_a_subagents_prompt_is_an_agents_words():
    (event,) = events_of(user("find it", isSidechain=True, agentId="a9"))
    assert event["actor"] == {"type": "agent"}


@pytest.mark.parametrize(
    ("content", "outcome", "is_error", "payload"),
    [
        ("out", None, False, {"result": "out"}),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], None, False, {"result": "a\nb"}),
        ([{"type": "text", "text": "a"}, IMAGE], None, False, {"result": [{"type": "text", "text": "a"}, SMALL_IMAGE]}),
        (None, None, False, {"result": ""}),
        ("bad", None, True, {"result": "bad", "error": "bad"}),
        ("", None, True, {"result": "", "error": "error"}),
        ("bad", "Error: very bad", False, {"result": "bad", "error": "Error: very bad"}),
        ("x" * 5000, None, True, {"result": "x" * 5000, "error": "x" * 1000}),
        ("fine", "not an Error", False, {"result": "fine"}),
        (
            "out",
            {"stdout": "out", "interrupted": True, "durationMs": 12},
            False,
            {"result": "out", "duration_ms": 12, "interrupted": True},
        ),
        ("out", {"durationSeconds": 1.5}, False, {"result": "out", "duration_ms": 1500}),
        ("out", {"durationMs": -5}, False, {"result": "out"}),
    ],
)
def test_tool_result(content, outcome, is_error, payload):
    events = events_of(assistant(call("t1", "Bash", command="x")), result_of("t1", content, outcome, is_error=is_error))
    assert kinds(events) == ["tool_call", "tool_result"]
    assert events[1]["span_id"] == "t1"
    assert events[1]["payload"] == {"call_id": "t1", "tool_name": "Bash", **payload}


def test_a_result_without_its_call_is_kept():
    (event,) = events_of(result_of("t7", "out"))
    assert event["payload"] == {"call_id": "t7", "result": "out"}


def test_text_and_results_keep_their_order():
    line = result_of("t1")
    line["message"]["content"] = [{"type": "text", "text": "a"}, *line["message"]["content"], IMAGE, "b"]
    events = events_of(line)
    assert kinds(events) == ["user_message", "tool_result", "user_message"]
    assert events[2]["payload"] == {"content": "b", "blocks": [SMALL_IMAGE]}


def test_the_snake_case_spelling_of_stream_json():
    line = result_of("t1")
    line["tool_use_result"] = {"durationMs": 3}
    assert events_of(line)[0]["payload"]["duration_ms"] == 3
