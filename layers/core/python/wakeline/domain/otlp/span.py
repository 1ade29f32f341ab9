"""A span as an OTLP request says it, whether it came as protobuf or as JSON."""

import re
from dataclasses import dataclass, field
from typing import Any

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUS_OK = 1
STATUS_ERROR = 2

_TRACE_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SPAN_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """Who sent a span: attributes of its resource (service.name …) and of its scope, the instrumentation library.

    One object for all spans of a scope.
    """

    resource: dict[str, Any] = field(default_factory=dict)
    scope: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class SpanEvent:
    """Something that happened within a span. `time` in nanoseconds since 1970."""

    name: str
    time: int
    attributes: dict[str, Any]
    dropped: int = 0


@dataclass(slots=True)
class Span:
    """One span.

    Ids are lower-case hex, as far as they could be read; `parent_id` is None for a root. `start` and `end` are
    nanoseconds since 1970, 0 when not given. Attribute values are JSON values. `links` are JSON objects, `dropped`
    counts what the sender left out.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: int
    start: int
    end: int
    attributes: dict[str, Any]
    source: Source
    status: int = 0
    status_message: str = ""
    events: list[SpanEvent] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    trace_state: str = ""
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def fault(self) -> str | None:
        """Why this span cannot be stored at all: ids that are not 16 and 8 bytes, or only zeros. None when it can."""
        if not _TRACE_ID.fullmatch(self.trace_id) or not self.trace_id.strip("0"):
            return "traceId is not 16 bytes, or only zeros"
        if not _SPAN_ID.fullmatch(self.span_id) or not self.span_id.strip("0"):
            return "spanId is not 8 bytes, or only zeros"
        if self.parent_id is not None and not _SPAN_ID.fullmatch(self.parent_id):
            return "parentSpanId is not 8 bytes"
        return None
