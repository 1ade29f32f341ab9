"""The public samples beside the repository: hand-checked ones exactly, and everything goes in."""

import json
from typing import Any

import pytest

from tests.unit.domain.otlp.made import REAL, mapped, span
from wakeline.http.otlp.from_json import spans_of

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real spans are not beside the repository")

ROWS = [json.loads(line) for line in (REAL / "framework-spans.jsonl").read_text().splitlines()] if REAL.is_dir() else []
PAIRS = REAL / "openinference-pairs"


def row(number: int) -> list[dict[str, Any]]:
    """The events of the n-th sample, without what ends its session."""
    (found,) = spans_of(json.dumps(ROWS[number]).encode())
    return [event for event in mapped(found) if event["type"] != "session_end"]


def agentprism(name: str) -> list[Any]:
    return spans_of((REAL / f"agentprism-{name}.json").read_bytes())


def test_every_sample_goes_in():
    count = 0
    for each in ROWS:
        for found in spans_of(json.dumps(each).encode()):
            assert found.fault is None
            assert mapped(found)
            count += 1
    for name in ("rag_earnings_agent", "smol_deep_research_agent"):
        for found in agentprism(name):
            assert found.fault is None
            assert mapped(found)
            count += 1
    assert count == 128 + 18 + 8


TOKENS = {
    27: (80, 40, 30, 10),  # pydantic-ai
    28: (5_000, 200, 40_000, 5_000),  # openinference
    29: (5_000, 200, 40_000, 5_000),
    116: (70, 40, 20, 10),
    117: (100, 60, None, None),  # of the 60, 25 are reasoning
    118: (70, 40, 20, 10),  # litellm
    119: (100, None, 0, None),
    120: (200, 200, 800, None),  # Google's kit, from the response
    121: (1_000, 200, None, None),
    123: (0, 200, 800, None),
    124: (5_000, 200, 1_500, 3_000),  # Anthropic by way of Vercel, where cached tokens are no part of the input
    125: (5_734, 178, 4_482, 100),  # Bedrock likewise
}


@pytest.mark.parametrize("number", TOKENS)
def test_tokens(number):
    ((event),) = row(number)
    kinds = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    assert event["type"] == "llm_call"
    assert tuple(event["payload"].get(kind) for kind in kinds) == TOKENS[number]


def test_reasoning_is_kept():
    assert row(117)[0]["payload"]["reasoning_tokens"] == 25


MODELS = {40: "gpt-4", 41: "gpt-4", 14: "gpt-4o", 95: "test-model", 110: "gpt-4", 120: "gemini-2.5-flash"}


@pytest.mark.parametrize("number", MODELS)
def test_models(number):
    assert [event["payload"]["model"] for event in row(number)] == [MODELS[number]]


KINDS = {
    4: "action",
    5: "llm_call",
    7: "tool_call",
    9: "llm_call",
    11: "subagent_start",
    13: "tool_call",
    30: "subagent_start",
    31: "retrieval",
    32: "action",
    93: "llm_call",
    106: "subagent_start",
    107: "tool_call",
    108: "retrieval",
    109: "llm_call",
    112: "tool_call",
    113: "tool_call",
    115: "action",
}


@pytest.mark.parametrize("number", KINDS)
def test_kinds(number):
    assert row(number)[0]["type"] == KINDS[number]


def test_tools():
    call, result = row(127)
    assert call["payload"]["tool_name"] == "bake_cake"
    assert call["payload"]["call_id"] == "adk-chocolate-caked"
    assert call["payload"]["arguments"] == {"query": "much duplo"}
    assert result["payload"]["result"] == {"result": "particularly juicy cake"}
    assert row(112)[0]["payload"]["tool_name"] == "myTool"
    assert row(59)[0]["payload"]["arguments"] == {"foo": "bar"}
    assert row(64)[1]["payload"]["result"] == {"result": "Sunny, 22°C"}


def test_messages():
    assert row(53)[0]["payload"]["input"] == [{"role": "user", "content": "Hello, how are you?"}]
    assert row(46)[0]["payload"]["output"] == [{"role": "assistant", "content": "Observing LLMs"}]
    (asked,) = row(95)
    (said,) = asked["payload"]["output"]
    assert [call["name"] for call in said["tool_calls"]] == ["get_weather"]
    assert [message["role"] for message in row(90)[0]["payload"]["input"]] == ["system", "user"]
    assert row(90)[0]["metadata"]["attributes"]["custom_attribute"] == "should_be_preserved"


def test_sessions_and_users():
    assert row(104)[0]["metadata"]["session_id"] == "langfuse-session-123"
    assert row(105)[0]["metadata"]["session_id"] == "session-id-123"
    assert row(103)[0]["metadata"]["user_id"] == "user-789"
    assert row(98)[0]["metadata"]["session_id"] == "session-1"


def test_a_smolagents_run_with_base64_ids():
    spans = agentprism("smol_deep_research_agent")
    assert {found.trace_id for found in spans} == {"ba8ab01bf086833c989ce2a7a29eee31"}
    calls = [event["payload"] for found in spans for event in mapped(found) if event["type"] == "llm_call"]
    assert [call["model"] for call in calls] == ["o1-2024-12-17"] * 6
    assert sum(call["output_tokens"] for call in calls) == 1202 + 730 + 1410 + 490 + 1896 + 1394
    assert (
        sum(call["input_tokens"] + call["cache_read_tokens"] for call in calls)
        == 941 + 2711 + 1453 + 2912 + 3841 + 6094
    )
    assert calls[3]["output"][0]["tool_calls"][0]["name"] == "web_search"
    assert calls[3]["stop_reason"] == "tool_calls"
    assert calls[0]["reasoning_tokens"] == 896


def test_a_langchain_run():
    spans = {found.name: found for found in agentprism("rag_earnings_agent")}
    call = mapped(spans["ChatOpenAI"])[0]["payload"]
    assert (call["model"], call["input_tokens"], call["output_tokens"]) == ("gpt-3.5-turbo", 629, 19)
    assert call["output"] == [
        {"role": "assistant", "content": "Meta Platforms Inc.'s revenue in Q4 2023 was $40.1 billion."}
    ]
    found = mapped(spans["VectorStoreRetriever"])[0]
    assert found["type"] == "retrieval"
    assert found["payload"]["query"] == "what was meta's revenue in Q4 2023"
    assert [each["source"] for each in found["payload"]["documents"]] == ["data/meta_q4_2023.txt"] * 3
    assert [event["type"] for event in mapped(spans["main"])] == ["action", "session_end"]


CALLS = (
    "openinference_client_span_tool_calls",
    "openinference_client_span_input_output_only",
    "otel_genai_client_span_tool_calls",
    "otel_genai_deprecated_client_span_tool_calls",
)


def test_every_spelling_of_one_call_gives_the_same_span():
    said = [mapped(span("chat", json.loads((PAIRS / f"{name}.json").read_text())))[0] for name in CALLS]
    assert {event["type"] for event in said} == {"llm_call"}
    fields = ("model", "provider", "input_tokens", "output_tokens", "input", "output", "stop_reason")
    first, *others = [{name: event["payload"].get(name) for name in fields} for event in said]
    assert all(other == first for other in others)
    assert first["input_tokens"] == 97
    assert first["input"][1]["tool_calls"] == [
        {"id": "1234", "name": "get_weather", "arguments": {"location": "Paris"}}
    ]
    assert first["stop_reason"] == "stop"


def test_a_tool_s_execution():
    call, result = mapped(span("t", json.loads((PAIRS / "otel_genai_tool_execution_span.json").read_text())))
    assert (call["payload"]["tool_name"], call["payload"]["arguments"]) == ("get_weather", {"city": "New York"})
    assert result["payload"]["result"]["status"] == "success"
