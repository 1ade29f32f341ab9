"""Spans: what a Retrace client sends, and the tree that a trace's events draw.

A span is its start event and its end event with one `span_id`. A tool call ends in a tool_result, a sub-agent in a
subagent_stop; every other kind ends in an event of its own type with `phase: "end"`. An event without a phase is a
whole span.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypedDict, cast

from . import times
from .errors import Invalid
from .events import Event, error_text

SPAN_TYPES = (
    "llm_call",
    "tool_call",
    "tool_result",
    "reasoning",
    "action",
    "retrieval",
    "error",
    "fork_point",
    "agent",
    "state_change",
)

_TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_WHOLE = ("error", "tool_result")
_RESULTS = ("output", "error", "duration_ms", "cost", *_TOKENS)
"""What tells that a span is over, though it may not say when it ended."""

_OUR_TYPE = {"agent": "subagent_start"}
_SPAN_TYPE = {"tool_result": "tool_call", "subagent_start": "agent", "subagent_stop": "agent"}


def events_of(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of sent spans, by time. Their keys follow from the span ids, so sending a span again adds nothing.

    Raises `Invalid` naming the span's field.
    """
    events = [event for place, span in enumerate(spans) for event in _pair(span, f"spans.{place}")]
    # Stable: a span's start never comes behind its own end, nor one span's before an earlier one's of the same moment.
    return sorted(events, key=lambda event: times.sortable(event["timestamp"]))


def _pair(span: dict[str, Any], field: str) -> list[dict[str, Any]]:
    kind = span["span_type"]
    if kind not in SPAN_TYPES:
        raise Invalid(f"{field}.span_type must be one of {', '.join(SPAN_TYPES)}", field=f"{field}.span_type")
    start = times.normalise(span["started_at"], f"{field}.started_at")
    end = times.normalise(span["ended_at"], f"{field}.ended_at") if span.get("ended_at") else None
    if end is not None and times.sortable(end) < times.sortable(start):
        raise Invalid(f"{field}.ended_at is before started_at", field=f"{field}.ended_at")
    if end is None and kind not in _WHOLE and any(span.get(name) is not None for name in _RESULTS):
        end = _after(start, span.get("duration_ms") or 0, field)
    common = {"span_id": span["id"], "parent_id": span.get("parent_id"), "metadata": span.get("metadata")}
    if span.get("agent_id"):
        common["actor"] = {"type": "agent", "name": span["agent_id"]}
    opening = {
        **common,
        "type": _OUR_TYPE.get(kind, kind),
        "timestamp": start,
        "idempotency_key": f"span:{span['id']}:start",
        "payload": _present(_whole(kind, span, start, end) if kind in _WHOLE else _opening(kind, span)),
    }
    if kind in _WHOLE or end is None:
        return [opening]
    closing = {
        **common,
        "type": {"tool_call": "tool_result", "agent": "subagent_stop"}.get(kind, kind),
        "timestamp": end,
        "idempotency_key": f"span:{span['id']}:end",
        "payload": _present(_closing(kind, span, start, end)),
    }
    return [opening, closing]


def _after(start: str, milliseconds: float, field: str) -> str:
    """When a span ended that only says how long it took."""
    try:
        return times.normalise(times.render(times.parse(start) + timedelta(milliseconds=milliseconds)))
    except (OverflowError, Invalid) as error:
        raise Invalid(f"{field}.duration_ms leads beyond the year 2099", field=f"{field}.duration_ms") from error


def _opening(kind: str, span: dict[str, Any]) -> dict[str, Any]:
    name, phase = span.get("name"), {"phase": "start"}
    match kind:
        case "llm_call":
            return {"name": name, "model": span.get("model") or "unknown", "input": span.get("input")} | phase
        case "tool_call":
            return {"tool_name": name or "tool", "arguments": span.get("input"), "call_id": span["id"]} | phase
        case "agent":
            return {"agent_type": name, "description": name, "input": span.get("input")} | phase
    return {"name": name, "input": span.get("input"), "content": _text(span.get("input"))} | phase


def _closing(kind: str, span: dict[str, Any], start: str, end: str) -> dict[str, Any]:
    said = {**_measured(span, start, end), "error": span.get("error"), "phase": "end"}
    match kind:
        case "llm_call":
            said |= {"latency_ms": said.pop("duration_ms"), "model": span.get("model") or "unknown"}
        case "tool_call":
            return {**said, "tool_name": span.get("name"), "result": span.get("output"), "call_id": span["id"]}
    return {**said, "name": span.get("name"), "output": span.get("output")}


def _whole(kind: str, span: dict[str, Any], start: str, end: str | None) -> dict[str, Any]:
    """A span that is one event, an error or a tool's result."""
    said = {**_measured(span, start, end), "input": span.get("input"), "error": span.get("error")}
    if kind == "tool_result":
        return {**said, "tool_name": span.get("name"), "result": span.get("output"), "call_id": span["id"]}
    message = error_text(span.get("error")) or span.get("name") or "error"
    return {**said, "message": message, "name": span.get("name"), "output": span.get("output")}


def _measured(span: dict[str, Any], start: str, end: str | None) -> dict[str, Any]:
    """What a span used and how long it took. Only an llm_call's usage is counted; that of others repeats it."""
    took = span.get("duration_ms")
    if took is None and end is not None:
        took = times.seconds_between(start, end) * 1000
    usage = {name: span.get(name) for name in _TOKENS}
    return {**usage, "cost_usd": span.get("cost"), "model": span.get("model"), "duration_ms": took}


def _present(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if value is not None}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


class SpanView(TypedDict):
    """A span as Retrace shows it. Durations in milliseconds, cost in US dollars."""

    id: str
    trace_id: str
    parent_id: str | None
    span_type: str
    name: str | None
    model: str | None
    input: Any
    output: Any
    input_tokens: int
    output_tokens: int
    cost: float | None
    duration_ms: float | None
    error: Any
    agent_id: str | None
    metadata: dict[str, Any] | None
    started_at: str
    ended_at: str | None
    children: list["SpanView"]


def tree_of(events: Iterable[Event], trace_id: str) -> list[SpanView]:
    """The spans of a trace as Retrace shows them, children nested, by start; of one moment, by their first events."""
    spans: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.span_id is not None:
            _note(spans.setdefault(event.span_id, _fresh(event, trace_id)), event)
    roots: list[dict[str, Any]] = []
    for span in sorted(spans.values(), key=_place):
        parent = spans.get(span["parent_id"] or "")
        siblings = parent["children"] if parent is not None and not _inside(parent, span, spans) else roots
        siblings.append(span)
    return cast(list[SpanView], roots)


def _place(span: dict[str, Any]) -> tuple[str, str]:
    """By start. OTLP spans come in any order, as they end and from several writers: of one moment, their ids decide."""
    return times.sortable(span["started_at"]), span["id"] if "otlp" in (span["metadata"] or {}) else ""


def _inside(parent: dict[str, Any], span: dict[str, Any], spans: dict[str, dict[str, Any]]) -> bool:
    """Whether `parent` lies below `span`: parents that go in a circle would nest without end."""
    seen: set[str] = set()
    above: dict[str, Any] | None = parent
    while above is not None and above["id"] not in seen:
        if above is span:
            return True
        seen.add(above["id"])
        above = spans.get(above["parent_id"] or "")
    return above is not None


def _start_of_whole(said: Any) -> str | None:
    """When a span began of which there is one event, at its end."""
    try:
        return times.normalise(said) if isinstance(said, str) else None
    except Invalid:
        return None


def _fresh(event: Event, trace_id: str) -> dict[str, Any]:
    return {
        "id": event.span_id,
        "trace_id": trace_id,
        "parent_id": event.parent_id,
        "span_type": _SPAN_TYPE.get(event.type, event.type),
        "name": None,
        "model": None,
        "input": None,
        "output": None,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost": None,
        "duration_ms": None,
        "error": None,
        "agent_id": event.envelope["actor"]["name"] if event.envelope["actor"]["type"] == "agent" else None,
        "metadata": event.metadata,
        "started_at": event.timestamp,
        "ended_at": None,
        "children": [],
    }


def _note(span: dict[str, Any], event: Event) -> None:
    """Take one event of the span in."""
    said = event.body
    span["name"] = (
        span["name"] or said.get("name") or said.get("tool_name") or said.get("agent_type") or said.get("model")
    )
    span["model"] = span["model"] or said.get("model")
    span["error"] = (
        span["error"] or error_text(said.get("error")) or (said.get("message") if event.type == "error" else None)
    )
    for name in ("input", "arguments", "query", "prompt"):
        span["input"] = said.get(name) if span["input"] is None else span["input"]
    for name in ("output", "result", "documents"):
        span["output"] = said.get(name) if span["output"] is None else span["output"]
    for name in ("input_tokens", "output_tokens"):
        span[name] += said.get(name) or 0
    if said.get("cost_usd") is not None:
        span["cost"] = (span["cost"] or 0) + said["cost_usd"]
    phase = said.get("phase")
    opens = phase == "start" or (phase is None and event.type in ("tool_call", "subagent_start"))
    if not opens:
        if said.get("phase") is None and span["ended_at"] is None:
            span["started_at"] = _start_of_whole(said.get("started_at")) or span["started_at"]
        span["ended_at"] = event.timestamp
        took = said.get("duration_ms") if said.get("duration_ms") is not None else said.get("latency_ms")
        span["duration_ms"] = (
            times.seconds_between(span["started_at"], event.timestamp) * 1000 if took is None else took
        )
