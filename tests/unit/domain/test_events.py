"""What a caller may send, type by type, and that every bad field is named."""

from typing import Any

import pytest

from tests.factories import message
from wakeline.domain.errors import Invalid
from wakeline.domain.events import MAX_SEQ, NewEvent, error_text
from wakeline.domain.payloads import GOVERNANCE_TYPES, PAYLOADS

# The least that each type wants.
LEAST: dict[str, dict[str, Any]] = {
    "user_message": {"content": ""},
    "agent_message": {"content": "x"},
    "llm_call": {"model": "m"},
    "tool_call": {"tool_name": "t"},
    "browser_action": {"action": "click"},
    "file_change": {"path": "a.py", "action": "created"},
    "commit": {"sha": "abc"},
    "goal_check": {"passed": True},
    "score": {"name": "s", "value": 0.5},
    "metric": {"name": "m", "value": 1},
    "error": {"message": "no"},
}

# (type, field, value): each is refused, and the field is named.
WRONG = [
    ("user_message", "content", 1),
    ("agent_message", "content", None),
    ("reasoning", "content", []),
    ("llm_call", "model", ""),
    ("llm_call", "input_tokens", 1.5),
    ("llm_call", "output_tokens", "1"),
    ("llm_call", "cache_read_tokens", True),
    ("llm_call", "cache_write_tokens", 10**16),
    ("llm_call", "cost_usd", "1"),
    ("llm_call", "cost_usd", 1e10),
    ("llm_call", "cost_usd", -1e10),
    ("llm_call", "cost_usd", float("nan")),
    ("llm_call", "latency_ms", -1),
    ("llm_call", "input_tokens", -1),
    ("llm_call", "cache_write_tokens", -1),
    ("llm_call", "cost_usd", -0.1),
    ("tool_call", "tool_name", ""),
    ("tool_call", "call_id", 1),
    ("tool_result", "duration_ms", "1"),
    ("retrieval", "documents", [{"score": "high"}]),
    ("browser_action", "action", ""),
    ("dom_snapshot", "selected_values", []),
    ("screenshot", "size_bytes", -1),
    ("replay_artifact", "event_time_map", {"a": "b"}),
    ("file_change", "action", "renames"),
    ("file_change", "additions", -1),
    ("file_change", "deletions", 1e3),
    ("commit", "sha", ""),
    ("goal_check", "passed", "yes"),
    ("score", "value", "high"),
    ("metric", "value", None),
    ("error", "handled", "no"),
    ("session_end", "status", 1),
    ("subagent_start", "agent_type", {}),
    ("subagent_stop", "agent_id", 1),
    ("compaction", "pre_tokens", -1),
    ("task_started", "task_id", 1),
    ("fork_point", "origin_trace_id", 1),
    ("policy_evaluated", "policy_version", "1"),
    *((each, "phase", "middle") for each in ("action", "state_change", "notification", "session_start", "tool_call")),
]


@pytest.mark.parametrize("kind", PAYLOADS)
def test_each_type_takes_the_least_and_keeps_the_rest(kind):
    payload = {**LEAST.get(kind, {}), "not_ours": {"kept": [1]}}
    assert NewEvent.read({"type": kind, "payload": payload}).payload == payload


@pytest.mark.parametrize("kind", LEAST)
def test_what_is_required_is_named(kind):
    wanted = next(iter(LEAST[kind]))
    with pytest.raises(Invalid) as caught:
        NewEvent.read({"type": kind, "payload": {}})
    assert caught.value.field == f"payload.{wanted}"


@pytest.mark.parametrize(("kind", "field", "value"), WRONG)
def test_a_wrong_field_is_named(kind, field, value):
    with pytest.raises(Invalid) as caught:
        NewEvent.read({"type": kind, "payload": {**LEAST.get(kind, {}), field: value}})
    assert str(caught.value.field).startswith(f"payload.{field}")
    assert field in caught.value.message


ENVELOPE: list[tuple[str, Any]] = [
    ("type", None),
    ("type", ""),
    ("type", "Tool Call"),
    ("type", "unknown"),
    ("type", "custom."),
    ("type", "custom." + "x" * 122),
    ("type", "a" * 10_000),
    ("timestamp", "yesterday"),
    ("timestamp", 1742551200),
    ("timestamp", "1969-12-31"),
    ("id", ""),
    ("id", "a b"),
    ("id", "a" * 129),
    ("id", "a\n"),
    ("seq", -1),
    ("seq", 1.0),
    ("seq", "1"),
    ("seq", True),
    ("seq", MAX_SEQ + 1),
    ("span_id", "a/b"),
    ("parent_id", 7),
    ("idempotency_key", ""),
    ("idempotency_key", "k" * 257),
    ("idempotency_key", "a\x00b"),
    ("payload", None),
    ("payload", []),
    ("metadata", "x"),
    ("actor", "me"),
    ("actor", {}),
    ("actor", {"type": "Agent!"}),
    ("actor", {"type": "agent", "name": ""}),
    ("actor", {"type": "agent", "name": "a\nb"}),
]


@pytest.mark.parametrize(("field", "value"), ENVELOPE)
def test_a_wrong_field_of_the_envelope_is_named(field, value):
    with pytest.raises(Invalid) as caught:
        NewEvent.read({**message(), field: value})
    assert str(caught.value.field).split(".")[0] == field


@pytest.mark.parametrize("raw", [None, [], "x", 1, {}])
def test_not_an_event(raw):
    with pytest.raises(Invalid, match=r"^(event|type): "):
        NewEvent.read(raw)


def test_custom_types_take_anything():
    assert NewEvent.read({"type": "custom.my-App.thing", "payload": {"content": 1}}).payload == {"content": 1}


def test_timestamps_are_spelt_canonically():
    assert NewEvent.read(message(timestamp="2026-03-21T12:00:00+02:00")).timestamp == "2026-03-21T10:00:00.000Z"


def test_fields_that_are_not_ours_are_kept_and_places_passed_over():
    event = NewEvent.read(message(trace_id="t", session_id="s", workspace_id="w", project_id="p", color="red"))
    assert event.metadata == {"_envelope": {"color": "red"}}
    assert NewEvent.read(message(metadata={"a": 1}, trace_id="t")).metadata == {"a": 1}
    assert NewEvent.read(message(metadata={"a": 1}, x=2)).metadata == {"a": 1, "_envelope": {"x": 2}}


def test_actors():
    def actor(kind: str, agent: str | None = None, **fields) -> dict[str, str]:
        payload = LEAST.get(kind, {})
        return NewEvent.read({"type": kind, "payload": payload, **fields}).actor_in(agent)

    assert actor("user_message") == {"type": "user", "name": "user"}
    assert actor("tool_result", "bot") == {"type": "tool", "name": "tool"}
    assert actor("llm_call", "bot") == {"type": "agent", "name": "bot"}
    assert actor("llm_call") == {"type": "agent", "name": "agent"}
    assert actor("llm_call", "bot", actor={"type": "human_reviewer", "name": "Ada"}) == {
        "type": "human_reviewer",
        "name": "Ada",
    }
    assert {actor(kind)["type"] for kind in GOVERNANCE_TYPES} == {"system"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (False, None),
        ("", None),
        ("no", "no"),
        ({"message": "no", "code": 1}, "no"),
        ({"code": 1}, '{"code": 1}'),
        (True, "true"),
        ([1], "[1]"),
    ],
)
def test_errors_as_text(value, text):
    assert error_text(value) == text
