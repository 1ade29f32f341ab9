"""Sub-agents: agents that an agent started."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from wakeline.domain import times
from wakeline.domain.events import Event, error_text

from .room import Room, label

_FAILED = ("failed", "error", "cancelled", "killed", "timeout")


class SubagentView(TypedDict):
    """A sub-agent's run. `tokens` and `tool_calls` are counts, null where they are unknown."""

    id: str
    session_id: str
    index: int
    agent_id: str | None
    agent_type: str
    description: str
    prompt: Any
    model: str | None
    call_id: str | None
    started_at: str
    ended_at: str | None
    status: str
    duration_ms: float | None
    tokens: int | None
    tool_calls: int | None
    error: Any
    truncated: NotRequired[Any]


class Subagents:
    """Each subagent_start with the subagent_stop that bears its span id, agent id or call id.

    `status` is running until the stop; then what the stop says, or failed where it bears an error, or completed.
    """

    lookahead = 10_000
    """An agent may run for as long as its session does."""

    def __init__(self, session_id: str, room: Room) -> None:
        self.items: list[dict[str, Any]] = []
        self._session_id = session_id
        self._room = room
        self._open: dict[str, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self.items)

    @property
    def waiting(self) -> bool:
        return bool(self._open)

    def count(self, counters: Mapping[str, int]) -> int:
        return counters.get("type.subagent_start", 0)

    def reads(self, counters: Mapping[str, int]) -> bool:
        return self.count(counters) > 0 or (self.waiting and counters.get("type.subagent_stop", 0) > 0)

    def begins(self, event: Event) -> bool:
        return event.type == "subagent_start"

    def begin(self, event: Event) -> None:
        said = event.body
        item: dict[str, Any] = {
            "id": event.span_id or event.id,
            "session_id": self._session_id,
            "index": event.index,
            "agent_id": label(said.get("agent_id")),
            "agent_type": label(said.get("agent_type")) or "",
            "description": "",
            "prompt": None,
            "model": label(said.get("model")),
            "call_id": label(said.get("call_id")),
            "started_at": event.timestamp,
            "ended_at": None,
            "status": "running",
            "duration_ms": None,
            "tokens": None,
            "tool_calls": None,
            "error": None,
        }
        self._room.add(item)
        self._room.put(item, "description", said.get("description") or "")
        self._room.put(item, "prompt", said.get("prompt"))
        self.items.append(item)
        for key in _keys(event):
            self._open[key] = item

    def go_on(self, event: Event) -> None:
        if event.type != "subagent_stop":
            return
        item = next((self._open[key] for key in _keys(event) if key in self._open), None)
        if item is None:
            return
        self._open = {key: other for key, other in self._open.items() if other is not item}
        said = event.body
        error = error_text(said.get("error"))
        status = str(said.get("status") or "").lower()
        self._room.put(item, "error", error)
        item["ended_at"] = event.timestamp
        item["status"] = "failed" if status in _FAILED or (error is not None and not status) else "completed"
        item["agent_id"] = item["agent_id"] or label(said.get("agent_id"))
        item["tokens"] = _number(said.get("tokens"))
        item["tool_calls"] = _number(said.get("tool_calls"))
        item["duration_ms"] = _number(said.get("duration_ms"))
        if item["duration_ms"] is None:
            item["duration_ms"] = round(times.seconds_between(item["started_at"], event.timestamp) * 1000)


def _keys(event: Event) -> list[str]:
    said = event.body
    named = {"span": event.span_id, "agent": said.get("agent_id"), "call": said.get("call_id")}
    return [f"{name}:{value}" for name, value in named.items() if isinstance(value, str)]


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
