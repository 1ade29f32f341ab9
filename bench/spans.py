"""OTLP requests of made-up traces that look like an agent's.

A root, turns of a model call with its tool, a retrieval.
"""

import json
from functools import cache
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

TRACES_A_REQUEST = 5
SPANS_A_TRACE = 20
SPANS_A_REQUEST = TRACES_A_REQUEST * SPANS_A_TRACE
TOOLS = 5
EVENTS_A_TRACE = SPANS_A_TRACE + TOOLS + 2
"""A tool and an agent are two events each, and a root also ends its session."""

_START = 1_795_000_000 * 10**9
_ASKED = (
    "The failing test compares the rounded total with the one before tax. Read the function, then change the rounding. "
)


def request_body(trace_ids: list[bytes]) -> bytes:
    """A serialized ExportTraceServiceRequest of `TRACES_A_REQUEST` traces with these ids, about 1 KB a span."""
    body = _template()
    for number, trace_id in enumerate(trace_ids):
        body = body.replace(_placeholder(number), trace_id)
    return body


def _placeholder(number: int) -> bytes:
    return b"\xfe\xedtrace-id-%05d" % number


@cache
def _template() -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    _attributes(
        group.resource, {"service.name": "bench-agent", "telemetry.sdk.language": "python", "host.name": "bench"}
    )
    scoped = group.scope_spans.add()
    scoped.scope.name, scoped.scope.version = "bench.instrumentation", "1.0"
    for number in range(TRACES_A_REQUEST):
        _trace(scoped, _placeholder(number))
    serialized: bytes = request.SerializeToString()
    return serialized


def _trace(scoped: ScopeSpans, trace_id: bytes) -> None:
    for place in range(SPANS_A_TRACE):
        span = scoped.spans.add()
        span.trace_id = trace_id
        span.span_id = (place + 1).to_bytes(8, "big")
        if place:
            span.parent_span_id = (1).to_bytes(8, "big")
        span.start_time_unix_nano = _START + place * 10**9 + 1000
        span.end_time_unix_nano = _START + (place + 1) * 10**9 if place else _START + SPANS_A_TRACE * 10**9
        name, kind, said = _step(place)
        span.name, span.kind = name, kind
        span.status.code = 1
        _attributes(span, said)


def _step(place: int) -> tuple[str, Any, dict[str, Any]]:
    asked = [{"role": "user", "parts": [{"type": "text", "content": _ASKED * 2 + f"Step {place}."}]}]
    call = {"type": "tool_call", "id": f"call_{place}", "name": "read_file", "arguments": {"path": f"src/m{place}.py"}}
    if place == 0:
        return "invoke_agent fixer", Span.SPAN_KIND_INTERNAL, {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "fixer",
            "gen_ai.conversation.id": "conv_1",
        }  # fmt: skip
    if place <= TOOLS:
        return "execute_tool read_file", Span.SPAN_KIND_INTERNAL, {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "read_file",
            "gen_ai.tool.call.id": f"call_{place}",
            "gen_ai.tool.call.arguments": json.dumps(call["arguments"]),
            "gen_ai.tool.call.result": _ASKED * 3,
        }  # fmt: skip
    if place <= 2 * TOOLS:
        return "chat gpt-4o", Span.SPAN_KIND_CLIENT, {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.response.id": f"chatcmpl-{place}",
            "gen_ai.response.finish_reasons": ["tool_calls"],
            "gen_ai.request.temperature": 0.2,
            "gen_ai.usage.input_tokens": 1200 + place,
            "gen_ai.usage.output_tokens": 80 + place,
            "gen_ai.usage.cache_read.input_tokens": 1024,
            "gen_ai.input.messages": json.dumps(asked),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [call]}]),
        }  # fmt: skip
    return "POST", Span.SPAN_KIND_CLIENT, {
        "http.request.method": "POST",
        "url.full": f"https://example.test/v1/items/{place}",
        "http.response.status_code": 200,
        "server.address": "example.test",
    }  # fmt: skip


def _attributes(holder: Any, values: dict[str, Any]) -> None:
    for key, value in values.items():
        pair = holder.attributes.add()
        pair.key = key
        match value:
            case str():
                pair.value.string_value = value
            case int():
                pair.value.int_value = value
            case float():
                pair.value.double_value = value
            case list():
                for each in value:
                    pair.value.array_value.values.add().string_value = each
