"""POST /v1/traces"""

import gzip
import json
import os
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from local.engine import record_calls
from tests.fakes.env import fixed_env
from wakeline import wiring
from wakeline.domain.errors import Busy
from wakeline.services import ledger

PATH = "/v1/traces"
START = 1_795_000_000 * 10**9
PROTOBUF = {"Content-Type": "application/x-protobuf"}
GOOD = {"trace_id": bytes.fromhex("5b8efff798038103d269b633813fc60c"), "span_id": bytes.fromhex("eee19b7ec3c1b174")}


def fresh() -> bytes:
    return os.urandom(16)


def protobuf(*spans: dict[str, Any]) -> bytes:
    request = ExportTraceServiceRequest()
    scoped = request.resource_spans.add().scope_spans.add()
    for number, said in enumerate(spans):
        span = scoped.spans.add(
            span_id=(number + 1).to_bytes(8, "big"),
            name=f"span {number}",
            start_time_unix_nano=START,
            end_time_unix_nano=START + 10**6,
        )
        attributes = {"a": 1, **said}
        for key in ("trace_id", "span_id", "parent_span_id", "end_time_unix_nano"):
            if key in attributes:
                setattr(span, key, attributes.pop(key))
        for key, value in attributes.items():
            pair = span.attributes.add(key=key)
            setattr(pair.value, "string_value" if isinstance(value, str) else "int_value", value)
    return request.SerializeToString()


def as_json(*spans: dict[str, Any]) -> dict[str, Any]:
    said = {"startTimeUnixNano": str(START), "endTimeUnixNano": START + 10**6, "name": "step", "spanId": "01" * 8}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [{**said, **span} for span in spans]}]}]}


def send(stack, key, body, headers=None):
    return stack.call("POST", PATH, key=key, body=body, headers=headers)


def rejected(answer) -> tuple[int, str]:
    """The partial success of an answer in protobuf."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-protobuf")
    said = ExportTraceServiceResponse.FromString(answer.body).partial_success
    return said.rejected_spans, said.error_message


def spans(stack, workspace, trace: bytes) -> list[dict[str, Any]]:
    answer = stack.call("GET", f"/api/v1/traces/{trace.hex()}", key=workspace.reader)
    assert answer.status == 200, answer.body
    return answer.json["spans"]


def test_anonymous(stack):
    assert send(stack, None, as_json()).status == 401


def test_missing_scope(stack, workspace):
    answer = send(stack, workspace.reader, as_json({"traceId": fresh().hex()}))
    assert (answer.status, answer.json["code"]) == (403, 7)
    assert workspace.stored() == {}


def test_a_trace_of_another_workspace_is_not_touched(stack, workspace, elsewhere):
    trace = fresh()
    for each in (workspace, elsewhere):
        assert send(stack, each.writer, protobuf({"trace_id": trace, "who": each.id}), PROTOBUF).body == b""
    for each in (workspace, elsewhere):
        (found,) = spans(stack, each, trace)
        assert found["metadata"]["attributes"]["who"] == each.id


def test_a_trace_of_another_project_rejects_its_spans(stack, workspace):
    trace, other = fresh(), fresh()
    send(stack, workspace.key(project="proj_a"), protobuf({"trace_id": trace}), PROTOBUF)
    body = protobuf({"trace_id": trace, "span_id": b"another!"}, {"trace_id": other})
    count, message = rejected(send(stack, workspace.key(project="proj_b"), body, PROTOBUF))
    assert count == 1
    assert trace.hex() in message
    assert len(spans(stack, workspace, trace)) == 1
    assert len(spans(stack, workspace, other)) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_protobuf(stack, workspace, packed):
    one, two = fresh(), fresh()
    body = protobuf({"trace_id": one}, {"trace_id": one}, {"trace_id": two, "gen_ai.request.model": "gpt-4o"})
    headers = PROTOBUF | ({"Content-Encoding": "gzip"} if packed else {})
    answer = send(stack, workspace.writer, gzip.compress(body) if packed else body, headers)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert [found["name"] for found in spans(stack, workspace, one)] == ["span 0", "span 1"]
    assert [found["model"] for found in spans(stack, workspace, two)] == ["gpt-4o"]
    verified = stack.call("GET", f"/api/v1/traces/{one.hex()}/verify", key=workspace.reader)
    assert verified.json["valid"] is True


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_json(stack, workspace, kind):
    trace = fresh()
    body = json.dumps(as_json({"traceId": trace.hex().upper(), "unknown": 1})).encode()
    answer = send(stack, workspace.writer, body, {"Content-Type": kind})
    assert (answer.status, answer.json) == (200, {})
    assert [found["name"] for found in spans(stack, workspace, trace)] == ["step"]


def test_no_spans(stack, workspace):
    assert send(stack, workspace.writer, {}).json == {}
    assert send(stack, workspace.writer, {"resourceSpans": []}).json == {}
    assert rejected(send(stack, workspace.writer, b"", PROTOBUF)) == (0, "")
    assert workspace.stored() == {}


def test_a_known_model_is_priced(stack, workspace):
    trace = fresh()
    said = {"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}
    send(stack, workspace.writer, protobuf({"trace_id": trace, **said}), PROTOBUF)
    listed = stack.call("GET", "/api/v1/traces", key=workspace.reader).json["data"]
    assert [each["total_cost"] for each in listed] == [pytest.approx(0.0035)]
    assert [(each["input_tokens"], each["output_tokens"], each["status"]) for each in listed] == [
        (1000, 100, "completed")
    ]


@pytest.mark.parametrize("said", [
    {"trace_id": b"short"},
    {"trace_id": bytes(16)},
    {"trace_id": fresh(), "span_id": bytes(8)},
    {"trace_id": fresh(), "span_id": b"123456789"},
    {"trace_id": fresh(), "parent_span_id": b"1"},
    {},
])  # fmt: skip
def test_bad_ids_reject_their_span_alone(stack, workspace, said):
    trace = fresh()
    answer = send(stack, workspace.writer, protobuf({"trace_id": trace}, said), PROTOBUF)
    count, message = rejected(answer)
    assert count == 1
    assert "bytes" in message
    assert len(spans(stack, workspace, trace)) == 1
    answer = send(stack, workspace.writer, as_json({"traceId": "xyz"}, {"traceId": trace.hex(), "spanId": 7}))
    assert answer.json["partialSuccess"]["rejectedSpans"] == "2"


def test_odd_content_is_only_content(stack, workspace):
    trace = fresh()
    odd = {"__proto__": "polluted", "constructor": "x", "long": "y" * 1_000_000, "\x00": "nul", "": "empty"}
    send(stack, workspace.writer, protobuf({"trace_id": trace, "end_time_unix_nano": START - 5, **odd}), PROTOBUF)
    (found,) = spans(stack, workspace, trace)
    kept = found["metadata"]["attributes"]
    assert (kept["__proto__"], kept["constructor"], kept["\x00"], kept[""]) == ("polluted", "x", "nul", "empty")
    assert kept["long"].endswith("… [cut: 1000000 characters]")
    assert len(kept["long"]) < 66_000
    assert (found["duration_ms"], found["metadata"]["otlp"]["times"]) == (0, "ends before it starts")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (protobuf({**GOOD})[:-3], PROTOBUF, 400),
        (b"\xff" * 40, PROTOBUF, 400),
        (b"{", {}, 400),
        (b"[1]", {}, 400),
        (b'{"resourceSpans": 1}', {}, 400),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [7]}]}]}', {}, 400),
        (b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", {}, 400),
        (gzip.compress(bytes(100 * 1024 * 1024), 9, mtime=0), PROTOBUF | {"Content-Encoding": "gzip"}, 413),
        (gzip.compress(b" " * 100 * 1024 * 1024, 9, mtime=0), {"Content-Encoding": "gzip"}, 413),
        (gzip.compress(protobuf(GOOD), mtime=0)[:-4], PROTOBUF | {"Content-Encoding": "gzip"}, 400),
        (b"x", {"Content-Type": "text/plain"}, 415),
        (b"x", PROTOBUF | {"Content-Encoding": "zstd"}, 400),
    ],
)
def test_what_cannot_be_read_is_refused_for_good(stack, workspace, body, headers, status):
    answer = send(stack, workspace.writer, body, {"Content-Type": "application/json", **headers})
    assert answer.status == status
    assert "retry-after" not in answer.headers
    if headers.get("Content-Type") == PROTOBUF["Content-Type"]:
        assert answer.headers["content-type"] == "application/x-protobuf"
        assert answer.body[:3] in (b"\x08\x03\x12", b"\x08\x08\x12")
    else:
        assert answer.json["error"]["retry"] == "after_fix"
        assert answer.json["code"] in (3, 8)
        assert answer.json["message"] == answer.json["error"]["message"]
    assert workspace.stored() == {}


@pytest.mark.parametrize("failure", [Busy("too many writers"), OSError("the store is away")])
@pytest.mark.parametrize("headers", [PROTOBUF, {"Content-Type": "application/json"}])
def test_what_may_be_over_soon_is_to_be_sent_again(stack, workspace, monkeypatch, failure, headers):
    def fail(*_):
        raise failure

    trace = fresh()
    body = (
        protobuf({"trace_id": trace}) if headers is PROTOBUF else json.dumps(as_json({"traceId": trace.hex()})).encode()
    )
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "begin", fail)
        answer = send(stack, workspace.writer, body, headers)
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert b"away" not in answer.body
    assert send(stack, workspace.writer, body, headers).status == 200
    assert len(spans(stack, workspace, trace)) == 1


def test_over_the_limit(stack, workspace, monkeypatch):
    frozen = fixed_env()
    monkeypatch.setattr(wiring, "env", lambda: frozen)
    key = workspace.key("traces:write", plan="standard")
    answers = [send(stack, key, b"", PROTOBUF) for _ in range(21)]
    assert [answer.status for answer in answers if answer.status != 200][-1:] == [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].body[:2] == b"\x08\x08"


def test_the_flat_form_of_errors(stack, workspace):
    answer = stack.call("POST", PATH, body=b"{", headers={"x-retrace-key": workspace.writer})
    assert answer.status in (400, 415)
    assert set(answer.json) == {"error"}


def test_an_idempotency_key_is_harmless(stack, workspace):
    trace = fresh()
    headers = PROTOBUF | {"Idempotency-Key": "once"}
    for _ in range(2):
        assert send(stack, workspace.writer, protobuf({"trace_id": trace}), headers).status == 200
    assert len(spans(stack, workspace, trace)) == 1


def test_new_traces_are_counted_and_written_once_each(stack, workspace):
    key = workspace.writer
    with record_calls() as calls:
        send(stack, key, protobuf({"trace_id": fresh()}, {"trace_id": fresh()}), PROTOBUF)
    # What policy and settings redact is read once by a process that takes something in for this workspace.
    written = [call for call in calls.operations if call != "UpdateItem"]
    assert written == ["GetItem", "GetItem", "TransactWriteItems", "TransactWriteItems"]
    assert wiring.index().count(workspace.id, None) == 2
