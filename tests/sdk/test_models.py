"""Real clients of three providers, with the network replaced: what a call leaves in the record."""

import asyncio
import io
import json
from typing import Any

import botocore.session
import httpx2
import pytest
from anthropic import Anthropic, AsyncAnthropic
from botocore.awsrequest import AWSResponse
from openai import AsyncOpenAI, OpenAI

import wakeline_sdk as wakeline

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5",
    "content": [{"type": "text", "text": "booked"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 7,
    },
}
COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "booked"}}],
    "usage": {
        "prompt_tokens": 110,
        "completion_tokens": 5,
        "total_tokens": 115,
        "prompt_tokens_details": {"cached_tokens": 100},
    },
}


def sse(*events: tuple[str | None, Any]) -> bytes:
    lines = [
        (f"event: {name}\n" if name else "") + f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"
        for name, data in events
    ]
    return "".join(lines).encode()


def answering(content: Any, status: int = 200) -> Any:
    """A transport that answers this."""

    def answer(_: Any) -> Any:
        if isinstance(content, bytes):
            return httpx2.Response(status, content=content, headers={"Content-Type": "text/event-stream"})
        return httpx2.Response(status, json=content)

    return httpx2.MockTransport(answer)


def anthropic(content: Any, status: int = 200) -> Anthropic:
    made = Anthropic(api_key="x", http_client=httpx2.Client(transport=answering(content, status)), max_retries=0)
    return wakeline.wrap_anthropic(made)


def openai(content: Any) -> OpenAI:
    return wakeline.wrap_openai(OpenAI(api_key="x", http_client=httpx2.Client(transport=answering(content))))


def spans(server) -> tuple[dict, dict]:
    assert wakeline.flush()
    start, end = [event for event in server.all_events() if event["type"] == "llm_call"]
    assert start["span_id"] == end["span_id"]
    assert (start["payload"]["phase"], end["payload"]["phase"]) == ("start", "end")
    return start["payload"], end["payload"]


ASKED: dict[str, Any] = {"max_tokens": 10, "messages": [{"role": "user", "content": "a table"}]}


def test_anthropic(start, server):
    start()
    client = anthropic(MESSAGE)
    assert client.messages.create(model="claude-opus-5", **ASKED).content[0].text == "booked"
    first, last = spans(server)
    assert first["model"] == "claude-opus-5"
    assert first["input"] == {"messages": ASKED["messages"]}
    assert first["parameters"] == {"max_tokens": 10}
    assert last["model"] == MESSAGE["model"]
    assert last["output"][0]["text"] == "booked"
    counted = {
        name: last[name] for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    }
    assert counted == {"input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 100, "cache_write_tokens": 7}


STREAM = sse(
    ("message_start", {"type": "message_start", "message": {**MESSAGE, "content": []}}),
    ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
    *(
        (
            "content_block_delta",
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        )
        for text in ("boo", "ked")
    ),
    ("content_block_stop", {"type": "content_block_stop", "index": 0}),
    (
        "message_delta",
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 9},
        },
    ),
    ("message_stop", {"type": "message_stop"}),
)


def test_anthropic_streaming(start, server):
    start()
    pieces = list(anthropic(STREAM).messages.create(model="claude-opus-5", stream=True, **ASKED))
    assert len(pieces) == 7
    _, last = spans(server)
    assert last["output"] == [
        {"type": "text", "text": "booked", **{k: None for k in last["output"][0] if k not in ("type", "text")}}
    ]
    assert (last["input_tokens"], last["output_tokens"]) == (10, 9)


def test_anthropic_asynchronous(start, server):
    start()
    client = wakeline.wrap_anthropic(
        AsyncAnthropic(api_key="x", http_client=httpx2.AsyncClient(transport=answering(STREAM, 200)))
    )

    async def ask() -> int:
        return len([each async for each in await client.messages.create(model="claude-opus-5", stream=True, **ASKED)])

    assert asyncio.run(ask()) == 7
    assert spans(server)[1]["output_tokens"] == 9


def test_anthropic_streaming_with_its_own_manager(start, server):
    start()
    with anthropic(STREAM).messages.stream(model="claude-opus-5", **ASKED) as stream:
        assert "".join(stream.text_stream) == "booked"
    _, last = spans(server)
    assert last["output"][0]["text"] == "booked"
    assert (last["input_tokens"], last["output_tokens"]) == (10, 9)


def test_a_stream_that_nobody_reads_to_its_end(start, server):
    start()
    with anthropic(STREAM).messages.create(model="claude-opus-5", stream=True, **ASKED) as stream:
        next(iter(stream))
    _, last = spans(server)
    assert last["input_tokens"] == 10
    assert "error" not in last


def test_a_call_that_fails(start, server):
    start()
    with pytest.raises(Exception, match="overloaded"):
        anthropic(
            {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}}, 529
        ).messages.create(model="claude-opus-5", **ASKED)
    _, last = spans(server)
    assert "overloaded" in last["error"]
    assert "input_tokens" not in last


def test_wrapping_twice_records_once(start, server):
    start()
    client = wakeline.wrap_anthropic(anthropic(MESSAGE))
    client.messages.create(model="claude-opus-5", **ASKED)
    spans(server)


def test_another_client_is_not_touched(start, server):
    start()
    anthropic(MESSAGE)
    plain = Anthropic(api_key="x", http_client=httpx2.Client(transport=answering(MESSAGE, 200)))
    plain.messages.create(model="claude-opus-5", **ASKED)
    assert wakeline.flush()
    assert server.all_events() == []


def test_openai_counts_cached_tokens_apart(start, server):
    start()
    openai(COMPLETION).chat.completions.create(model="gpt-4o", messages=ASKED["messages"])
    first, last = spans(server)
    assert first["model"] == "gpt-4o"
    assert (last["input_tokens"], last["cache_read_tokens"], last["output_tokens"]) == (10, 100, 5)
    assert last["output"][0]["content"] == "booked"


def test_openai_streaming(start, server):
    start()
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-2024-08-06"}
    call = {"index": 0, "id": "t1", "type": "function", "function": {"name": "book", "arguments": '{"n"'}}
    more = {"index": 0, "function": {"arguments": ": 2}"}}
    stream = sse(
        (None, {**chunk, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "boo"}}]}),
        (None, {**chunk, "choices": [{"index": 0, "delta": {"content": "ked", "tool_calls": [call]}}]}),
        (None, {**chunk, "choices": [{"index": 0, "delta": {"tool_calls": [more]}, "finish_reason": "stop"}]}),
        (None, {**chunk, "choices": [], "usage": COMPLETION["usage"]}),
        (None, "[DONE]"),
    )
    list(openai(stream).chat.completions.create(model="gpt-4o", messages=ASKED["messages"], stream=True))
    _, last = spans(server)
    assert last["output"]["content"] == "booked"
    assert last["output"]["tool_calls"] == {"0": {"name": "book", "arguments": '{"n": 2}'}}
    assert last["input_tokens"] == 10


def test_openai_responses_asynchronous(start, server):
    start()
    response = {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-5",
        "status": "completed",
        "output": [],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 50,
            "output_tokens": 4,
            "total_tokens": 54,
            "input_tokens_details": {"cached_tokens": 20},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }
    client = wakeline.wrap_openai(
        AsyncOpenAI(api_key="x", http_client=httpx2.AsyncClient(transport=answering(response)))
    )
    asyncio.run(client.responses.create(model="gpt-5", input="hello"))
    first, last = spans(server)
    assert first["input"] == {"input": "hello"}
    assert (last["input_tokens"], last["cache_read_tokens"], last["output_tokens"]) == (30, 20, 4)


class Raw(io.BytesIO):
    """What botocore reads an HTTP body from."""

    def stream(self, **_: Any):
        yield self.read()


def bedrock(answer: dict[str, Any]) -> Any:
    client = botocore.session.get_session().create_client(
        "bedrock-runtime", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    body = json.dumps(answer).encode()

    def reply(request: Any, **_: Any) -> Any:
        headers: Any = {"Content-Type": "application/json"}
        return AWSResponse(request.url, 200, headers, Raw(body))

    client.meta.events.register("before-send.bedrock-runtime.*", reply)
    return wakeline.wrap_bedrock(client)


def test_bedrock(start, server):
    start()
    answer = {
        "output": {"message": {"role": "assistant", "content": [{"text": "booked"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15, "cacheReadInputTokens": 3},
        "metrics": {"latencyMs": 12},
    }
    bedrock(answer).converse(
        modelId="eu.anthropic.claude-sonnet-4-5", messages=[{"role": "user", "content": [{"text": "hi"}]}]
    )
    first, last = spans(server)
    assert first["model"] == "eu.anthropic.claude-sonnet-4-5"
    assert last["output"] == [{"text": "booked"}]
    assert (last["input_tokens"], last["output_tokens"], last["cache_read_tokens"]) == (10, 5, 3)
