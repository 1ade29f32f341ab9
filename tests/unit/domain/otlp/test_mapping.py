"""Spans of every kind as events."""

import pytest

from tests.unit.domain.otlp.made import START, happened, mapped, only, span
from wakeline.domain.otlp.span import STATUS_ERROR, STATUS_OK, Source

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}


def test_a_model_call_is_one_event_with_its_start():
    (event,) = mapped(span("chat gpt-4o", CHAT | {"gen_ai.provider.name": "openai", "gen_ai.response.id": "r_1"}))
    assert event["type"] == "llm_call"
    assert (event["span_id"], event["parent_id"]) == ("eee19b7ec3c1b174", "eee19b7ec3c1b173")
    assert event["idempotency_key"] == "eee19b7ec3c1b174"
    assert event["timestamp"] == "2026-11-18T11:06:42.000Z"
    assert event["payload"] == {
        "name": "chat gpt-4o",
        "model": "gpt-4o",
        "provider": "openai",
        "operation": "chat",
        "response_id": "r_1",
        "started_at": "2026-11-18T11:06:40.000Z",
        "duration_ms": 2000,
        "latency_ms": 2000,
    }


def test_a_tool_is_a_call_and_its_result():
    said = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "bash",
        "gen_ai.tool.call.id": "call_1",
        "gen_ai.tool.call.arguments": '{"command": "ls"}',
        "gen_ai.tool.call.result": "a b",
    }
    call, result = mapped(span("execute_tool bash", said))
    assert (call["type"], result["type"]) == ("tool_call", "tool_result")
    assert call["payload"]["arguments"] == {"command": "ls"}
    assert (call["timestamp"], result["timestamp"]) == ("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:42.000Z")
    assert result["idempotency_key"] == call["span_id"] + ":end"
    assert result["payload"] == {"tool_name": "bash", "call_id": "call_1", "result": "a b", "duration_ms": 2000}


@pytest.mark.parametrize(("arguments", "expected"), [(None, {}), ("ls", {"input": "ls"}), ("[1]", {"input": [1]})])
def test_arguments_are_an_object(arguments, expected):
    said = {"gen_ai.tool.name": "bash"} | ({"gen_ai.tool.call.arguments": arguments} if arguments else {})
    assert mapped(span("x", said))[0]["payload"]["arguments"] == expected


def test_an_agent_starts_and_stops_and_its_tokens_are_not_counted():
    said = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "fixer", "gen_ai.usage.input_tokens": 9}
    start, stop = mapped(span("invoke_agent fixer", said))
    assert (start["type"], stop["type"]) == ("subagent_start", "subagent_stop")
    assert start["payload"]["agent_type"] == "fixer"
    assert start["actor"] == {"type": "agent", "name": "fixer"}
    assert stop["payload"] == {
        "agent_id": start["payload"]["agent_id"],
        "usage": {"input_tokens": 9},
        "status": "completed",
        "duration_ms": 2000,
    }


@pytest.mark.parametrize(
    ("said", "status", "events", "expected"),
    [
        ({}, STATUS_ERROR, [], {"error": "error"}),
        ({"error.type": "timeout"}, 0, [], {"error": "timeout", "error_type": "timeout"}),
        ({}, 0, [happened("exception", exception__type="ValueError", exception__message="no")],
         {"error": "ValueError: no", "error_type": "ValueError"}),
        ({}, STATUS_OK, [happened("exception", exception__type="ValueError")], {}),
        ({"langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "m"}, 0, [], {"error": "m"}),
    ],
)  # fmt: skip
def test_what_failed_says_so(said, status, events, expected):
    payload = only(span("step", said, status=status, events=events))
    assert {name: payload[name] for name in ("error", "error_type") if name in payload} == expected


def test_a_root_ends_its_session_by_its_status():
    *_, end = mapped(span("run", parent_id=None, status=STATUS_ERROR, status_message="it broke"))
    assert end["type"] == "session_end"
    assert end["payload"] == {
        "status": "failed",
        "error": "it broke",
        "duration_ms": 2000,
        "name": "run",
        "started_at": "2026-11-18T11:06:40.000Z",
    }
    assert "span_id" not in end


def test_a_retrieval_has_its_documents():
    said = {
        "openinference.span.kind": "RETRIEVER",
        "input.value": "where",
        "retrieval.documents.0.document.id": "d0",
        "retrieval.documents.0.document.content": "here",
        "retrieval.documents.0.document.score": 0.5,
        "retrieval.documents.0.document.metadata": '{"source": "a.txt"}',
        "retrieval.documents.1.document.score": "high",
    }
    payload = only(span("retriever", said))
    assert payload["query"] == "where"
    assert payload["documents"] == [
        {"id": "d0", "content": "here", "score": 0.5, "metadata": {"source": "a.txt"}, "source": "a.txt"},
        {"score_value": "high"},
    ]


def test_nothing_of_a_span_is_lost():
    source = Source({"service.name": "api"}, {"name": "lib", "version": "2"})
    links = [{"trace_id": "ab" * 16, "span_id": "cd" * 8}]
    said = {"mine": 1, "__proto__": "p", "constructor": {"a": [1]}}
    of = span("step", said, source=source, links=links, events=[happened("log", level="info")], trace_state="k=v")
    metadata = mapped(of)[0]["metadata"]
    assert metadata["attributes"] == said
    assert metadata["otlp"] == {
        "name": "step",
        "kind": "internal",
        "resource": {"service.name": "api"},
        "scope": {"name": "lib", "version": "2"},
        "events": [{"name": "log", "time": "2026-11-18T11:06:41.000Z", "attributes": {"level": "info"}}],
        "links": links,
        "trace_state": "k=v",
    }


def test_a_long_attribute_is_cut_and_says_so_but_a_prompt_is_not():
    long = "x" * 1_000_000
    of = span("chat", CHAT | {"mine": long, "gen_ai.prompt": long})
    (event,) = mapped(of)
    assert event["metadata"]["attributes"]["mine"] == "x" * 65_536 + "… [cut: 1000000 characters]"
    assert event["payload"]["input"] == [{"role": "user", "content": long}]


def test_a_span_that_ends_before_it_starts_is_kept_with_no_duration():
    (event,) = mapped(span("step", start=START + 5, end=START - 10**9))
    assert event["payload"]["duration_ms"] == 0
    assert event["payload"]["started_at"] == event["timestamp"] == "2026-11-18T11:06:40.000Z"
    assert event["metadata"]["otlp"]["times"] == "ends before it starts"
    assert event["metadata"]["otlp"]["end_unix_nano"] == str(START - 10**9)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2**64 - 1, 2**64 - 1)])
def test_a_span_without_usable_times_is_kept(start, end):
    (event,) = mapped(span("step", start=start, end=end))
    assert "timestamp" not in event
    assert event["metadata"]["otlp"]["times"] in ("missing", "out of range")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 60}, (40, None, 60, None)),
        ({"gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": "8"}, (7, 8, None, None)),
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.cache_read.input_tokens": 60,
          "gen_ai.usage.output_tokens": 5, "gen_ai.usage.total_tokens": 75}, (10, 5, 60, None)),
        ({"gen_ai.usage.input_tokens": -4, "llm.token_count.completion": 3.0}, (None, 3, None, None)),
        ({"llm.token_count.prompt": True}, (None, None, None, None)),
        ({"langfuse.observation.usage_details": '{"input": 5, "input_cached_tokens": 9}'}, (5, None, 9, None)),
    ],
)  # fmt: skip
def test_tokens_are_disjoint(said, expected):
    payload = only(span("chat", CHAT | said))
    kinds = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    assert tuple(payload.get(kind) for kind in kinds) == expected


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ({"llm.cost.total": 0.25}, 0.25),
        ({"llm.cost.prompt": 0.1, "llm.cost.completion": "0.2"}, 0.1 + 0.2),
        ({"gen_ai.usage.cost": "NaN"}, None),
        ({"gen_ai.usage.cost": -1}, None),
        ({"langfuse.observation.cost_details": '{"total": 2}'}, 2.0),
    ],
)
def test_costs(said, cost):
    assert only(span("chat", CHAT | said)).get("cost_usd") == cost


def test_claude_code_calls_and_tools():
    said = {"model": "claude-opus-4-5", "input_tokens": 4, "cache_read_tokens": 90, "request_id": "req_1"}
    payload = only(span("claude_code.llm_request", said | {"success": False, "error": "overloaded"}))
    assert (payload["model"], payload["input_tokens"], payload["cache_read_tokens"]) == ("claude-opus-4-5", 4, 90)
    assert (payload["request_id"], payload["error"]) == ("req_1", "overloaded")
    call, _ = mapped(span("claude_code.tool", {"tool_name": "Read", "file_path": "a.py"}))
    assert call["payload"]["tool_name"] == "Read"
    assert only(span("claude_code.interaction", {"user_prompt": "hi"}))["input"] == "hi"


def test_the_messages_of_events_before_1_37():
    events = [
        happened("gen_ai.system.message", content="be brief"),
        happened("gen_ai.user.message", content="hi"),
        happened("gen_ai.choice", index=0, finish_reason="stop", message='{"role": "assistant", "content": "ho"}'),
    ]
    (event,) = mapped(span("chat", CHAT, events=events))
    payload = event["payload"]
    assert payload["input"] == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
    assert payload["output"] == [{"role": "assistant", "content": "ho"}]
    assert payload["stop_reason"] == "stop"
    assert "events" not in event["metadata"]["otlp"]


def test_the_one_event_that_replaced_them():
    asked = '[{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]'
    system = '[{"type": "text", "content": "be brief"}]'
    details = {"gen_ai__input__messages": asked, "gen_ai__system_instructions": system}
    payload = only(span("chat", CHAT, events=[happened("gen_ai.client.inference.operation.details", **details)]))
    assert payload["input"] == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]


def test_traceloop_s_flattened_prompts():
    said = {
        "gen_ai.system": "OpenAI",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "hi",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "c1",
        "gen_ai.completion.0.tool_calls.0.name": "ls",
        "gen_ai.completion.0.tool_calls.0.arguments": "{}",
    }
    payload = only(span("openai.chat", said))
    assert payload["input"] == [{"role": "user", "content": "hi"}]
    assert payload["output"] == [{"role": "assistant", "tool_calls": [{"id": "c1", "name": "ls", "arguments": {}}]}]
    assert payload["stop_reason"] == "tool_calls"


def test_an_outer_span_of_the_vercel_library_is_no_call():
    outer = only(span("ai.generateText", {"ai.operationId": "ai.generateText", "ai.usage.promptTokens": 9}))
    assert "input_tokens" not in outer
    inner = span("ai.generateText.doGenerate", {"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m"})
    assert mapped(inner)[0]["type"] == "llm_call"
