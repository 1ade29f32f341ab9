"""A session's timeline: messages, tool calls, sub-agents and compactions in ledger order."""

from collections.abc import Callable, Mapping
from typing import Any

from wakeline.domain.events import Event

from .messages import Messages
from .room import Room, Unlimited, label
from .subagents import Subagents
from .tool_calls import ToolCalls
from .view import View

Show = Callable[[dict[str, Any]], dict[str, Any]]
"""From what a part's view has to a timeline's entry."""

PREVIEW = 100
ERROR = 500


class Timeline:
    """One entry per message, tool call, sub-agent and compaction, each with `type`, `timestamp`, `index` and `id`."""

    lookahead = ToolCalls.lookahead

    def __init__(self, session_id: str, room: Room) -> None:
        self._room = room
        unlimited = Unlimited()
        self._parts: tuple[tuple[View, Show], ...] = (
            (Messages(session_id, unlimited), _message),
            (ToolCalls(session_id, unlimited), _tool_call),
            (Subagents(session_id, unlimited), _agent),
        )
        self._found: list[tuple[Show, dict[str, Any]]] = []

    @property
    def items(self) -> list[dict[str, Any]]:
        return [show(item) for show, item in self._found]

    def __len__(self) -> int:
        return len(self._found)

    @property
    def waiting(self) -> bool:
        # A sub-agent's entry does not tell how it ended.
        return any(view.waiting for view, _ in self._parts[:2])

    def count(self, counters: Mapping[str, int]) -> int:
        return sum(view.count(counters) or 0 for view, _ in self._parts) + counters.get("type.compaction", 0)

    def reads(self, counters: Mapping[str, int]) -> bool:
        return self.count(counters) > 0 or any(view.reads(counters) for view, _ in self._parts)

    def begins(self, event: Event) -> bool:
        return event.type == "compaction" or any(view.begins(event) for view, _ in self._parts)

    def begin(self, event: Event) -> None:
        if event.type == "compaction":
            self._take(_same, _compaction(event))
        for view, show in self._parts:
            if view.begins(event):
                view.begin(event)
                self._take(show, view.items[-1])
            else:
                view.go_on(event)

    def _take(self, show: Show, item: dict[str, Any]) -> None:
        self._room.add(show(item))
        self._found.append((show, item))

    def go_on(self, event: Event) -> None:
        for view, _ in self._parts:
            view.go_on(event)


def _same(entry: dict[str, Any]) -> dict[str, Any]:
    return entry


def _place(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    timestamp = item["timestamp"] if "timestamp" in item else item["started_at"]
    return {"type": kind, "timestamp": timestamp, "index": item["index"], "id": item["id"]}


def _message(item: dict[str, Any]) -> dict[str, Any]:
    preview = " ".join(item["content"][: 4 * PREVIEW].split())[:PREVIEW]
    said = {"preview": preview, "model": item["model"], "tokens": item["tokens"]}
    return _place(f"{item['type']}_message", item) | said


def _tool_call(item: dict[str, Any]) -> dict[str, Any]:
    error = item["error"][:ERROR] if item["error"] else None
    told = {"tool": item["tool_name"], "duration_ms": item["duration_ms"], "success": item["success"], "error": error}
    return _place("tool_call", item) | told


def _agent(item: dict[str, Any]) -> dict[str, Any]:
    told = {"agent_type": item["agent_type"], "description": item["description"][:ERROR]}
    return _place("agent_spawn", item) | told


def _compaction(event: Event) -> dict[str, Any]:
    said = event.body
    told = {
        "pre_tokens": said.get("pre_tokens"),
        "post_tokens": said.get("post_tokens"),
        "trigger_reason": label(said.get("trigger")) or "",
        "duration_ms": said.get("duration_ms"),
    }
    return {"type": "compaction", "timestamp": event.timestamp, "index": event.index, "id": event.id} | told
