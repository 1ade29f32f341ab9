"""What of a span is not in a payload: its other attributes, its events and links, and where it came from."""

from typing import Any

from .span import KINDS, Span, SpanEvent
from .values import bounded, moment

_SESSIONS = (
    "langfuse.session.id",
    "session.id",
    "gen_ai.conversation.id",
    "traceloop.association.properties.session_id",
    "ai.telemetry.metadata.sessionId",
    "langfuse.trace.metadata.langfuse_session_id",
    "langfuse.observation.metadata.langfuse_session_id",
    "gcp.vertex.agent.session_id",
)
_USERS = (
    "langfuse.user.id",
    "user.id",
    "enduser.id",
    "traceloop.association.properties.user_id",
    "ai.telemetry.metadata.userId",
    "langfuse.trace.metadata.langfuse_user_id",
    "langfuse.observation.metadata.langfuse_user_id",
)


def metadata_of(span: Span, said: Any, happened: list[SpanEvent]) -> dict[str, Any]:
    """`attributes` that no payload field took, `session_id`, `user_id`, and `otlp`: the rest of the span.

    Values over 64 KB are cut and say so.
    """
    metadata: dict[str, Any] = {}
    for field, names in (("session_id", _SESSIONS), ("user_id", _USERS)):
        found = said.see(*names)
        if found is not None:
            metadata[field] = bounded(found)
    if said.left:
        metadata["attributes"] = {name: bounded(value) for name, value in said.left.items()}
    metadata["otlp"] = _otlp(span, happened)
    return metadata


def _otlp(span: Span, happened: list[SpanEvent]) -> dict[str, Any]:
    about: dict[str, Any] = {"name": span.name}
    about["kind"] = KINDS[span.kind] if 0 <= span.kind < len(KINDS) else str(span.kind)
    about |= {"resource": span.source.resource} if span.source.resource else {}
    about |= {"scope": span.source.scope} if span.source.scope else {}
    if span.status or span.status_message:
        about["status"] = {"code": span.status} | ({"message": span.status_message} if span.status_message else {})
    if happened:
        about["events"] = [_event(each) for each in happened]
    if span.links:
        about["links"] = [{name: bounded(value) for name, value in link.items()} for link in span.links]
    if span.trace_state:
        about["trace_state"] = bounded(span.trace_state)
    if span.dropped:
        about["dropped"] = span.dropped
    return about | _times(span)


def _times(span: Span) -> dict[str, Any]:
    """The times as sent, where an event's timestamp cannot say them; and what is odd about them."""
    odd: dict[str, Any] = {}
    start, end = moment(span.start), moment(span.end)
    if start is None or end is None:
        odd["times"] = "missing" if not span.start or not span.end else "out of range"
    elif span.end < span.start:
        odd["times"] = "ends before it starts"
    if odd or span.start % 1000 or span.end % 1000:
        odd |= {"start_unix_nano": str(span.start), "end_unix_nano": str(span.end)}
    return odd


def _event(event: SpanEvent) -> dict[str, Any]:
    said: dict[str, Any] = {"name": event.name}
    at = moment(event.time)
    if at is not None:
        said["time"] = at
    if event.attributes:
        said["attributes"] = {name: bounded(value) for name, value in event.attributes.items()}
    return said | ({"dropped_attributes": event.dropped} if event.dropped else {})
