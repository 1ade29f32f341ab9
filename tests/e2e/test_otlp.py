"""An agent instrumented with the OpenTelemetry SDK, as it comes from PyPI, needs an endpoint and a header."""

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.conftest import client

AGENT = """
import sys
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "booker", "deployment.environment": "test"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("agent", "1.0")
with tracer.start_as_current_span("invoke_agent booker") as root:
    root.set_attributes({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "booker"})
    with tracer.start_as_current_span("chat gpt-4o", kind=trace.SpanKind.CLIENT) as call:
        call.set_attributes({
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 1200, "gen_ai.usage.cache_read.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 30, "gen_ai.response.finish_reasons": ["tool_calls"],
            "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "to Lisbon"}]}]',
        })
    try:
        with tracer.start_as_current_span("execute_tool book") as tool:
            tool.set_attributes({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "book"})
            raise ValueError("no seats")
    except ValueError:
        pass
    print(format(root.get_span_context().trace_id, "032x"))
sys.exit(0 if provider.force_flush() else 1)
"""


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_the_sdk_and_its_exporter(url, compression):
    own = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20wl_local_project",
        "OTEL_EXPORTER_OTLP_COMPRESSION": compression,
    }
    ran = subprocess.run(
        [sys.executable, "-c", AGENT], env=os.environ | own, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    trace_id = ran.stdout.strip()
    with client(url) as http:
        trace = http.get(f"/api/v1/traces/{trace_id}").json()
        assert (trace["agent"], trace["environment"], trace["status"]) == ("booker", "test", "completed")
        assert trace["name"] == "invoke_agent booker"
        (root,) = trace["spans"]
        assert (root["span_type"], root["name"]) == ("agent", "booker")
        call, tool = root["children"]
        assert (call["span_type"], call["model"]) == ("llm_call", "gpt-4o")
        assert (call["input_tokens"], call["output_tokens"]) == (200, 30)
        assert call["cost"] > 0
        assert call["input"] == [{"role": "user", "content": "to Lisbon"}]
        assert (tool["span_type"], tool["name"], tool["error"]) == ("tool_call", "book", "ValueError: no seats")
        tools = http.get("/api/tool-calls", params={"session_id": trace_id}).json()["tool_calls"]
        assert [(each["tool_name"], each["success"]) for each in tools] == [("book", False)]
        assert http.get(f"/api/v1/traces/{trace_id}/verify").json()["valid"] is True


def test_a_wrong_key_is_no_crash_of_the_agent(url):
    own = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20wrong"}
    ran = subprocess.run(
        [sys.executable, "-c", AGENT], env=os.environ | own, capture_output=True, text=True, timeout=60
    )
    assert "401" in ran.stderr
    with client(url) as http:
        assert json.loads(http.get("/api/v1/health").text)["status"]
