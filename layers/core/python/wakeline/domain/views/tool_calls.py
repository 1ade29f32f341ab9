"""Tool calls, each with its result."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from wakeline.domain import times
from wakeline.domain.events import Event, error_text

from .room import Room, label

COUNTED_NAME = 128
"""Counters keep this many characters of a tool's name."""


class ToolCallView(TypedDict):
    """A tool call with its result; `success` is null while there is none."""

    id: str
    session_id: str
    index: int
    tool_name: str
    tool_input: Any
    tool_response: Any
    success: bool | None
    error: str | None
    duration_ms: float | None
    timestamp: str
    parent_id: str | None
    truncated: NotRequired[Any]


class ToolCalls:
    """Each tool_call with the tool_result that bears its span id, or else its call id.

    `success` is None while there is no result. `duration_ms` is what the result says, else the time between the two.
    """

    lookahead = 8

    def __init__(self, session_id: str, room: Room, tool_name: str | None = None) -> None:
        self.items: list[dict[str, Any]] = []
        self._session_id = session_id
        self._room = room
        self._tool_name = tool_name[:COUNTED_NAME] if tool_name is not None else None
        self._open: dict[str, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self.items)

    @property
    def waiting(self) -> bool:
        return bool(self._open)

    def count(self, counters: Mapping[str, int]) -> int | None:
        name = "tool_calls" if self._tool_name is None else f"tool.{self._tool_name}"
        # Only so many tool names are counted each for itself, the rest together.
        return None if name not in counters and "tool.*" in counters and self._tool_name else counters.get(name, 0)

    def reads(self, counters: Mapping[str, int]) -> bool:
        ends = counters.get("type.tool_result", 0) + counters.get("type.tool_call", 0)
        return self.count(counters) != 0 or (self.waiting and ends > 0)

    def begins(self, event: Event) -> bool:
        if event.type != "tool_call" or event.body.get("phase") == "end":
            return False
        return self._tool_name is None or str(event.body.get("tool_name"))[:COUNTED_NAME] == self._tool_name

    def begin(self, event: Event) -> None:
        said = event.body
        item: dict[str, Any] = {
            "id": event.span_id or event.id,
            "session_id": self._session_id,
            "index": event.index,
            "tool_name": label(said.get("tool_name")) or "",
            "tool_input": {},
            "tool_response": None,
            "success": None,
            "error": None,
            "duration_ms": None,
            "timestamp": event.timestamp,
            "parent_id": event.parent_id,
        }
        self._room.add(item)
        self._room.put(item, "tool_input", said.get("arguments", said.get("input", {})))
        self.items.append(item)
        for key in _keys(event):
            self._open[key] = item

    def go_on(self, event: Event) -> None:
        is_end = event.type == "tool_result" or (event.type == "tool_call" and event.body.get("phase") == "end")
        keys = _keys(event) if is_end else []
        item = next((self._open[key] for key in keys if key in self._open), None)
        if item is None:
            return
        self._open = {key: other for key, other in self._open.items() if other is not item}
        said = event.body
        error = error_text(said.get("error"))
        self._room.put(item, "tool_response", said.get("result", said.get("output")))
        self._room.put(item, "error", error)
        item["success"] = error is None
        item["duration_ms"] = said.get("duration_ms")
        if item["duration_ms"] is None:
            item["duration_ms"] = round(times.seconds_between(item["timestamp"], event.timestamp) * 1000)


def _keys(event: Event) -> list[str]:
    """What ties a result to its call, the surer one first."""
    call_id = event.body.get("call_id")
    span = [f"span:{event.span_id}"] if event.span_id is not None else []
    return span + ([f"call:{call_id}"] if isinstance(call_id, str) else [])
