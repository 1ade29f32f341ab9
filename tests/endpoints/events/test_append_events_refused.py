"""POST /api/traces/{trace_id}/events: what is refused, by name, with nothing stored."""

from typing import Any

import pytest

from tests.endpoints.bad_bodies import UNREADABLE
from tests.factories import message


def append(stack, key, body, trace_id="trc_1", **said):
    return stack.call("POST", f"/api/traces/{trace_id}/events", key=key, body=body, **said)


def holds(stack, workspace, trace_id="trc_1"):
    """Whether the chain of the trace verifies."""
    return stack.call("GET", f"/api/v1/traces/{trace_id}/verify", key=workspace.reader).json["valid"]


@pytest.fixture
def trace(workspace):
    return workspace.trace("trc_1")


def nest(levels):
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


BAD: list[tuple[Any, str | None]] = [
    ({}, "type"),
    ({"type": 3}, "type"),
    ({"type": ""}, "type"),
    ({"type": "no_such_type"}, "type"),
    ({"type": "custom."}, "type"),
    ({"type": "custom." + "x" * 200}, "type"),
    ({"type": "User_Message"}, "type"),
    ({"type": "user_message\n"}, "type"),
    (message(payload=None), "payload"),
    (message(payload=[]), "payload"),
    ({"type": "user_message"}, "payload.content"),
    ({"type": "user_message", "payload": {"content": 3}}, "payload.content"),
    ({"type": "llm_call", "payload": {"model": "m", "input_tokens": 1.5}}, "payload.input_tokens"),
    ({"type": "llm_call", "payload": {"model": "m", "input_tokens": "5"}}, "payload.input_tokens"),
    ({"type": "llm_call", "payload": {"model": "m", "input_tokens": 10**16}}, "payload.input_tokens"),
    ({"type": "llm_call", "payload": {"model": "m", "cost_usd": 1e300}}, "payload.cost_usd"),
    ({"type": "tool_call", "payload": {"tool_name": ""}}, "payload.tool_name"),
    ({"type": "file_change", "payload": {"path": "p", "action": "burnt"}}, "payload.action"),
    ({"type": "file_change", "payload": {"path": "p", "additions": -1}}, "payload.additions"),
    ({"type": "goal_check", "payload": {"passed": "yes"}}, "payload.passed"),
    (message(payload={"content": "x", "phase": "middle"}), "payload.phase"),
    (message(payload={"content": "x", "n": 2**53}), "payload"),
    (message(payload={"content": "x", "n": -(2**63)}), "payload"),
    (message(metadata={"n": 2**60}), "payload"),
    (message(metadata=[1]), "metadata"),
    (message(seq=-1), "seq"),
    (message(seq=1.5), "seq"),
    (message(seq="1"), "seq"),
    (message(seq=True), "seq"),
    (message(seq=2**53), "seq"),
    (message(seq=10**30), "seq"),
    (message(id=""), "id"),
    (message(id="a\x00b"), "id"),
    (message(id="a\x1b"), "id"),
    (message(id="i" * 10_240), "id"),
    (message(id=7), "id"),
    (message(span_id="a b"), "span_id"),
    (message(parent_id="p" * 129), "parent_id"),
    (message(idempotency_key=""), "idempotency_key"),
    (message(idempotency_key="k\n"), "idempotency_key"),
    (message(idempotency_key="k" * 257), "idempotency_key"),
    (message(actor="me"), "actor"),
    (message(actor={"type": "Agent!"}), "actor.type"),
    (message(actor={"type": "agent", "name": "a\x07"}), "actor.name"),
    (message(timestamp="now"), "timestamp"),
    (message(timestamp=1_774_087_200), "timestamp"),
    (message(timestamp="1969-12-31T23:59:59Z"), "timestamp"),
    (message(timestamp="2100-01-01T00:00:00Z"), "timestamp"),
    (message(timestamp="99999-01-01T00:00:00Z"), "timestamp"),
    (message(timestamp="2026-13-01T00:00:00Z"), "timestamp"),
    (message(timestamp="2026-03-21T25:00:00Z"), "timestamp"),
    (message(payload={"content": "x", "deep": nest(70)}), "body"),
]


@pytest.mark.parametrize(("event", "field"), BAD, ids=lambda value: str(value)[:60])
def test_an_event_that_does_not_fit_is_named_and_nothing_is_stored(stack, workspace, trace, event, field):
    held = workspace.stored()
    answer = append(stack, workspace.writer, event)
    assert (answer.status, answer.error["code"], answer.error["retry"]) == (422, "validation_error", "after_fix")
    assert answer.error["details"][0]["field"] == field
    assert len(answer.body) < 1500
    assert workspace.stored() == held
    if field != "body":
        mixed = append(stack, workspace.writer, {"events": [event, message("good")]})
        assert (mixed.status, mixed.json["accepted"]) == (200, 1)
        assert [each["index"] for each in mixed.json["rejected"]] == [0]
        assert len(mixed.body) < 1500
        assert holds(stack, workspace)


@pytest.mark.parametrize("events", [[], {}, None, "x", 3, {"0": {}}], ids=str)
def test_events_that_are_no_list_are_named(stack, workspace, trace, events):
    answer = append(stack, workspace.writer, {"events": events})
    assert (answer.status, answer.error["details"][0]["field"]) == (422, "events")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_nothing_is_stored(stack, workspace, trace, name):
    body, headers, status, word = UNREADABLE[name]
    held = workspace.stored()
    answer = append(stack, workspace.writer, body, headers=headers)
    assert answer.status == status
    assert word in answer.error["message"]
    assert workspace.stored() == held
