"""OTLP protobuf as spans, and the two messages that answer it.

Imported only by those who need it: protobuf takes 90 ms to load.
"""

import base64
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from wakeline.domain.errors import Malformed
from wakeline.domain.otlp.span import Source, Span, SpanEvent
from wakeline.domain.otlp.values import number


def spans_of(body: bytes) -> list[Span]:
    """The spans of an ExportTraceServiceRequest. Raises `Malformed` for bytes that are none."""
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise Malformed("the body is not a protobuf ExportTraceServiceRequest") from error
    spans: list[Span] = []
    for group in request.resource_spans:
        resource = _attributes(group.resource.attributes)
        for scoped in group.scope_spans:
            source = Source(resource, _scope(scoped.scope))
            spans += [_span(each, source) for each in scoped.spans]
    return spans


def response(rejected: int, message: str) -> bytes:
    """An ExportTraceServiceResponse; empty when there is nothing to say."""
    answer = ExportTraceServiceResponse()
    if rejected or message:
        answer.partial_success.rejected_spans = rejected
        answer.partial_success.error_message = message
    encoded: bytes = answer.SerializeToString()
    return encoded


def _scope(scope: Any) -> dict[str, Any]:
    said = {name: value for name, value in (("name", scope.name), ("version", scope.version)) if value}
    return said | ({"attributes": _attributes(scope.attributes)} if scope.attributes else {})


def _span(said: Any, source: Source) -> Span:
    parent = said.parent_span_id
    span = Span(
        trace_id=said.trace_id.hex(),
        span_id=said.span_id.hex(),
        parent_id=parent.hex() if parent and parent != bytes(8) else None,
        name=said.name,
        kind=said.kind,
        start=said.start_time_unix_nano,
        end=said.end_time_unix_nano,
        attributes=_attributes(said.attributes),
        source=source,
    )
    if said.HasField("status"):
        span.status, span.status_message = said.status.code, said.status.message
    if said.events:
        span.events = [
            SpanEvent(each.name, each.time_unix_nano, _attributes(each.attributes), each.dropped_attributes_count)
            for each in said.events
        ]
    if said.links:
        span.links = [_link(each) for each in said.links]
    span.trace_state = said.trace_state
    dropped = {
        "attributes": said.dropped_attributes_count,
        "events": said.dropped_events_count,
        "links": said.dropped_links_count,
    }
    span.dropped = {kind: count for kind, count in dropped.items() if count}
    return span


def _link(said: Any) -> dict[str, Any]:
    link: dict[str, Any] = {"trace_id": said.trace_id.hex(), "span_id": said.span_id.hex()}
    attributes = _attributes(said.attributes)
    link |= {"attributes": attributes} if attributes else {}
    return link | ({"trace_state": said.trace_state} if said.trace_state else {})


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(said: Any) -> Any:
    """The value of an AnyValue; None for an empty one."""
    kind = said.WhichOneof("value")
    match kind:
        case "string_value" | "bool_value":
            return getattr(said, kind)
        case "int_value" | "double_value":
            return number(getattr(said, kind))
        case "bytes_value":
            return base64.b64encode(said.bytes_value).decode()
        case "array_value":
            return [_value(each) for each in said.array_value.values]
        case "kvlist_value":
            return {pair.key: _value(pair.value) for pair in said.kvlist_value.values}
    return None
