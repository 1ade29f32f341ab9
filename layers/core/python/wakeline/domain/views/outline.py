"""Events without what makes them long: enough to draw a trace, not to read it."""

from typing import Any, TypedDict

from wakeline.domain.events import Event

Short = str | int | float | bool | None

LONGEST = 120
"""Characters of a text."""

_PAYLOAD = (
    "name",
    "tool_name",
    "agent_type",
    "agent_id",
    "model",
    "path",
    "action",
    "phase",
    "passed",
    "error",
    "call_id",
    "duration_ms",
    "latency_ms",
    "artifact_id",
    "event_time_map",
)
"""What names an event, says how it ended and how long it took, and whether a recording of it can be wound."""

_METADATA = ("agent_id",)


class OutlinedEvent(TypedDict):
    """An event as `EventView` has it, with the short ones of its fields. Of `payload` and `metadata` there are some
    names only; a text is cut, and a list or object is told by its size. `payload` is null once erased.
    """

    index: int
    seq: int
    id: str
    type: str
    timestamp: str
    span_id: str | None
    parent_id: str | None
    payload: dict[str, Short] | None
    metadata: dict[str, Short] | None


def outlined(event: Event) -> dict[str, Any]:
    """An event's `OutlinedEvent`."""
    said = event.envelope
    return {
        "index": said["index"],
        "seq": said["seq"],
        "id": said["id"],
        "type": said["type"],
        "timestamp": said["timestamp"],
        "span_id": said.get("span_id"),
        "parent_id": said.get("parent_id"),
        "payload": _some(event.payload, _PAYLOAD),
        "metadata": _some(event.metadata, _METADATA),
    }


def _some(held: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Short] | None:
    return None if held is None else {name: _short(held[name]) for name in names if name in held}


def _short(value: Any) -> Short:
    if isinstance(value, str):
        return value[:LONGEST]
    return len(value) if isinstance(value, list | dict) else value
