"""What a policy's redaction takes out of records, whichever way they come in."""

import json
from typing import Any

import pytest

from local.engine import record_calls
from tests.endpoints.governing import POLICY, Governed
from tests.endpoints.stack import within_a_minute
from tests.factories import message
from tests.unit.domain.claude_code.hook_samples import hook
from wakeline.services import redacting

SECRET = "AKIA" + "ABCDEFGH234567IJ"
MAIL = "ann@example.com"
SAID = f"use {SECRET}, ask {MAIL}"
REDACTING = f'{POLICY}\n[redaction]\npatterns = ["aws"]\n'
TIMES = {"started_at": "2026-03-21T10:00:00Z", "ended_at": "2026-03-21T10:00:01Z"}
OTLP_TRACE = "5b8efff798038103d269b633813fc60c"


@pytest.fixture
def governed(stack, workspace) -> Governed:
    return Governed(stack, workspace).ready(REDACTING)


def events(governed: Governed) -> str:
    governed.stack.call("POST", "/api/traces", key=governed.admin, body={"id": "trc_1"})
    body = {"events": [message(SAID, metadata={SAID: [SAID]}, beside=SAID)]}
    assert governed.stack.call("POST", "/api/traces/trc_1/events", key=governed.admin, body=body).status == 200
    return "trc_1"


def facts(governed: Governed) -> str:
    body = {"id": "trc_1", "name": SAID, "metadata": {"a": SAID}}
    first = governed.stack.call("POST", "/api/traces", key=governed.admin, body=body)
    again = governed.stack.call("POST", "/api/traces", key=governed.admin, body=body)
    assert (first.status, again.status) == (201, 200)
    return "trc_1"


def spans(governed: Governed) -> str:
    span = {"id": "s1", "span_type": "tool_call", "name": "Bash", "input": {"command": SAID}, "output": SAID, **TIMES}
    body = {"id": "trc_1", "name": SAID, "spans": [span], "input": SAID, "output": SAID, "metadata": {"a": SAID}}
    answer = governed.stack.call("POST", "/api/v1/traces", key=governed.admin, body=body)
    assert answer.status == 201, answer.body
    return "trc_1"


def transcript(governed: Governed) -> str:
    line = {"type": "user", "uuid": "u1", "timestamp": "2026-03-21T10:00:00.000Z", "sessionId": "sess_1"}
    data = json.dumps({**line, "message": {"role": "user", "content": SAID}}) + "\n"
    answer = governed.stack.call(
        "POST", "/api/v1/traces", key=governed.admin, body={"sessions": [{"id": "sess_1", "data": data}]}
    )
    assert answer.json["accepted"] == 1, answer.body
    return "sess_1"


def otlp(governed: Governed) -> str:
    span = {
        "traceId": OTLP_TRACE,
        "spanId": "01" * 8,
        "name": SAID,
        "startTimeUnixNano": "1795000000000000000",
        "endTimeUnixNano": "1795000000001000000",
        "attributes": [{"key": "gen_ai.prompt", "value": {"stringValue": SAID}}],
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    answer = governed.stack.call("POST", "/v1/traces", key=governed.admin, body=body)
    assert answer.status == 200, answer.body
    return OTLP_TRACE


def hooks(governed: Governed) -> str:
    body = {**hook("UserPromptSubmit"), "prompt": SAID}
    assert governed.stack.call("POST", "/api/hooks/claude-code", key=governed.admin, body=body).status == 202
    return str(body["session_id"])


def evaluation(governed: Governed) -> str:
    return str(governed.ask("read", context={"why": SAID}).json["trace_id"])


def outcome(governed: Governed) -> str:
    trace_id = str(governed.ask("read").json["trace_id"])
    assert governed.outcome(trace_id, outcome_summary=SAID, metadata={"log": SAID}).status == 204
    return trace_id


WAYS = [events, facts, spans, transcript, otlp, hooks, evaluation, outcome]


def shown(governed: Governed, trace_id: str) -> str:
    """All that can be read of a trace, as text."""
    paths = (f"/api/traces/{trace_id}/events", f"/api/v1/traces/{trace_id}", "/api/v1/traces")
    answers = [governed.stack.call("GET", path, key=governed.admin) for path in paths]
    assert [answer.status for answer in answers] == [200, 200, 200]
    return "".join(answer.body.decode() for answer in answers)


@pytest.mark.parametrize("way", WAYS)
def test_what_the_policy_names_is_never_stored(governed, way):
    trace_id = way(governed)
    seen = shown(governed, trace_id)
    assert SECRET not in seen
    assert f"use [redacted:aws_access_key], ask {MAIL}" in seen
    assert governed.valid(trace_id)


def settings(governed: Governed, **redaction: Any) -> None:
    answer = governed.stack.call("POST", "/api/config", key=governed.admin, body={"redaction": redaction})
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("way", WAYS)
def test_what_the_settings_name_goes_beside_what_the_policy_names(governed, way):
    settings(governed, patterns=["email"])
    trace_id = way(governed)
    seen = shown(governed, trace_id)
    assert MAIL not in seen
    assert "use [redacted:aws_access_key], ask [redacted:email]" in seen
    assert governed.valid(trace_id)


def test_settings_redact_without_a_policy_and_can_be_switched_off(stack, workspace):
    plain = Governed(stack, workspace)
    settings(plain, patterns=["email"])
    events(plain)
    settings(plain, enabled=False)
    stack.call("POST", "/api/traces/trc_1/events", key=plain.admin, body=message(f"write to {MAIL}"))
    seen = shown(plain, "trc_1")
    assert f"use {SECRET}, ask [redacted:email]" in seen
    assert f"write to {MAIL}" in seen


@pytest.mark.parametrize("way", WAYS)
def test_without_redaction_all_is_kept(governed, way):
    assert governed.policy(POLICY).status == 200
    assert SAID in shown(governed, way(governed))


def test_a_workspace_without_a_policy_keeps_all(stack, workspace):
    plain = Governed(stack, workspace)
    assert SAID in shown(plain, events(plain))


def test_an_event_sent_again_is_known_though_it_was_redacted(governed):
    governed.stack.call("POST", "/api/traces", key=governed.admin, body={"id": "trc_1"})
    for _ in range(2):
        body = {"events": [message(SAID, idempotency_key="k")]}
        answer = governed.stack.call("POST", "/api/traces/trc_1/events", key=governed.admin, body=body)
        assert answer.json == {"accepted": 1, "rejected": []}
    stored = governed.stack.call("GET", "/api/traces/trc_1/events", key=governed.admin).json["events"]
    assert len(stored) == 1


def test_a_session_that_hooks_told_is_not_told_twice_by_its_transcript(governed):
    session = hooks(governed)
    line = {"type": "user", "uuid": "u1", "timestamp": "2026-03-21T10:00:00.000Z", "sessionId": session}
    data = json.dumps({**line, "message": {"role": "user", "content": SAID}}) + "\n"
    body = {"sessions": [{"id": session, "data": data}]}
    assert governed.stack.call("POST", "/api/v1/traces", key=governed.admin, body=body).json["accepted"] == 1
    stored = governed.stack.call("GET", f"/api/traces/{session}/events", key=governed.admin).json["events"]
    assert [event["type"] for event in stored].count("user_message") == 1


def test_the_audit_log_says_who_it_was(governed):
    assert governed.policy(REDACTING.replace('"aws"', '"email"')).status == 200
    agent: Any = governed.agent("other", owner=MAIL)
    assert agent.status == 201
    assert agent.json["owner"] == MAIL


def test_an_unknown_pattern_is_told(governed):
    answer = governed.policy(REDACTING.replace('"aws"', '"aws", "nope"'))
    assert answer.status == 400
    assert answer.error["details"][0]["field"] == "redaction.patterns.1"
    assert "unknown pattern" in answer.error["message"]
    assert "github_token" in answer.error["message"]


def test_appending_reads_policy_and_settings_once_in_a_while(stack, workspace, monkeypatch):
    governed = Governed(stack, workspace)
    governed.stack.call("POST", "/api/traces", key=governed.admin, body={"id": "trc_1"})

    def operations() -> list[str]:
        within_a_minute()
        stack.call("GET", "/api/v1/traces/warm", key=governed.admin)
        with record_calls() as calls:
            stack.call("POST", "/api/traces/trc_1/events", key=governed.admin, body=message(SAID))
        return calls.operations

    bare = ["UpdateItem", "GetItem", "PutItem", "PutItem"]
    redacting.forget(workspace.id)
    assert operations() == ["UpdateItem", "GetItem", "GetItem", *bare[1:]]
    assert operations() == bare
    assert operations() == bare
    monkeypatch.setattr(redacting, "LASTS_S", -1.0)
    assert operations() == ["UpdateItem", "GetItem", "GetItem", *bare[1:]]
