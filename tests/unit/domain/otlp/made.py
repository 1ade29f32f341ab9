"""Spans for tests, and where the public samples are."""

from pathlib import Path
from typing import Any

from wakeline.domain.events import NewEvent
from wakeline.domain.otlp.mapping import events_of
from wakeline.domain.otlp.span import Source, Span, SpanEvent

REAL = Path(__file__).parents[5] / "shared" / "data" / "otlp"
TRACE = "5b8efff798038103d269b633813fc60c"
START = 1_795_000_000 * 10**9


def span(name: str = "step", attributes: dict[str, Any] | None = None, **said: Any) -> Span:
    """A span of two seconds below another one, unless told otherwise."""
    given: dict[str, Any] = {
        "trace_id": TRACE,
        "span_id": "eee19b7ec3c1b174",
        "parent_id": "eee19b7ec3c1b173",
        "name": name,
        "kind": 1,
        "start": START,
        "end": START + 2 * 10**9,
        "attributes": attributes or {},
        "source": Source(),
    }
    return Span(**{**given, **said})


def happened(name: str, **attributes: Any) -> SpanEvent:
    """An event within a span; `__` in a name stands for a dot."""
    return SpanEvent(name, START + 10**9, {key.replace("__", "."): value for key, value in attributes.items()})


def mapped(of: Span) -> list[dict[str, Any]]:
    """A span's events, each checked as if a caller had sent it."""
    events = events_of(of)
    for event in events:
        NewEvent.read(event)
    return events


def only(of: Span) -> dict[str, Any]:
    """The payload of a span that is one event."""
    (event,) = mapped(of)
    return event["payload"]
