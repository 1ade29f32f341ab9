"""A span as the events that it is here.

A model call, a retrieval and any other step is one event, a whole span that bears its start in the payload. A tool is
a tool_call and a tool_result, an agent a subagent_start and a subagent_stop. A root also ends its session. Keys
follow from the span id, so a span that comes again adds nothing.
"""

from typing import Any

from wakeline.domain import times
from wakeline.domain.ids import is_printable

from . import model_call, steps
from .attributes import Attributes
from .failure import failure_of
from .kinds import kind_of
from .metadata import metadata_of
from .span import Span
from .span_events import folded_in
from .values import moment

Event = dict[str, Any]

AGENT_NAMES = ("gen_ai.agent.name", "agent.name", "agent_name")


def events_of(span: Span) -> list[Event]:
    """The events of a span that has no fault, in order. Every one of them is valid, whatever the span says."""
    said = Attributes(span.attributes)
    happened = folded_in(span, said)
    agent = said.see(*AGENT_NAMES)
    start, end = moment(span.start), moment(span.end)
    if start is None or end is None or span.end < span.start:
        start = end = start or end
    common: Event = {"span_id": span.span_id}
    if span.parent_id is not None:
        common["parent_id"] = span.parent_id
    if isinstance(agent, str) and 0 < len(agent) <= 1024 and is_printable(agent):
        common["actor"] = {"type": "agent", "name": agent}
    failure: dict[str, Any] = failure_of(span, said)
    timing = _timing(span, start)
    kind = kind_of(said, span.name)
    match kind:
        case "tool":
            opening, closing = steps.tool(span, said)
            pair = ("tool_call", "tool_result")
        case "agent":
            opening, closing = steps.agent(span, said)
            pair = ("subagent_start", "subagent_stop")
        case "retrieval":
            opening, closing, pair = steps.retrieval(span, said), {}, ("retrieval", "")
        case "llm" | "embedding":
            opening, closing, pair = model_call.payload_of(span, said, kind), {}, ("llm_call", "")
        case _:
            opening, closing, pair = steps.other(span, said), {}, ("action", "")
    metadata = metadata_of(span, said, happened)
    if not pair[1]:
        whole = opening | timing | failure
        if kind in ("llm", "embedding") and "duration_ms" in timing:
            whole["latency_ms"] = timing["duration_ms"]
        events = [_event(common, pair[0], span.span_id, end, whole, metadata)]
    else:
        timing.pop("started_at", None)
        if kind == "agent":
            closing["status"] = "failed" if failure else "completed"
        events = [
            _event(common, pair[0], span.span_id, start, opening, metadata),
            _event(common, pair[1], f"{span.span_id}:end", end, closing | timing | failure, None),
        ]
    if span.parent_id is None:
        events.append(_session_end(span, start, end, timing, failure))
    return events


def _event(
    common: Event, kind: str, key: str, at: str | None, payload: dict[str, Any], metadata: dict[str, Any] | None
) -> Event:
    event = {**common, "type": kind, "idempotency_key": key, "payload": payload}
    if at is not None:
        event["timestamp"] = at
    if metadata:
        event["metadata"] = metadata
    return event


def _timing(span: Span, start: str | None) -> dict[str, Any]:
    """`started_at`, and `duration_ms`: 0 of a span that ends before it starts, absent of one without both times."""
    if start is None:
        return {}
    timing: dict[str, Any] = {"started_at": start}
    if span.start and span.end:
        took = max(0, span.end - span.start)
        timing["duration_ms"] = took // 10**6 if took % 10**6 == 0 else took / 10**6
    return timing


def _session_end(
    span: Span, start: str | None, end: str | None, timing: dict[str, Any], failure: dict[str, str]
) -> Event:
    payload: dict[str, Any] = {"status": "failed" if failure else "completed", **failure}
    payload |= {name: timing[name] for name in ("duration_ms",) if name in timing}
    if span.name:
        payload["name"] = span.name
    if start is not None:
        payload["started_at"] = start
    event: Event = {"type": "session_end", "idempotency_key": f"{span.span_id}:session_end", "payload": payload}
    return event | ({"timestamp": end} if end is not None else {})


def in_order(events: list[Event]) -> list[Event]:
    """Events by time, those without one first; a span's own events keep their order."""
    return sorted(events, key=lambda event: times.sortable(event["timestamp"]) if "timestamp" in event else "")
