"""What is known at a line of a transcript: everything the lines before it said, and nothing of those behind."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from .reported import Reported
from .responses import Responses
from .shape import identifier, label, present, text
from .transcript import Line

SYSTEM = {"type": "system"}


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call: `span_id` is its id in the trace, `id` what the transcript calls it."""

    id: str
    span_id: str
    name: str | None
    arguments: dict[str, Any]


@dataclass(slots=True)
class Walk:
    """The state carried from line to line."""

    responses: Responses
    reported: Reported
    time: str
    """The time of the line, or of the last line that had one."""
    model: str = "unknown"
    started: bool = False
    seen: set[str] = field(default_factory=set)
    known_paths: set[str] = field(default_factory=set)
    _calls: dict[str, list[ToolUse]] = field(default_factory=dict)
    _answered: dict[str, int] = field(default_factory=dict)
    _spans: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _made: set[bytes] = field(default_factory=set)
    _subagents: set[str] = field(default_factory=set)

    def call(self, tool_id: str, name: str, arguments: dict[str, Any], message_id: str | None) -> ToolUse | None:
        """Open a tool call; None when the same response already made this very call: some writers repeat blocks.

        Some gateways number calls from 0 in every response: a repeated id gets a span of its own.
        """
        if message_id is not None:
            same = hashlib.sha256(repr((message_id, tool_id, name, arguments)).encode()).digest()
            if same in self._made:
                return None
            self._made.add(same)
        calls = self._calls.setdefault(tool_id, [])
        span = identifier(tool_id)
        while span in self._spans:
            # Numbers are never tried twice, or a file made for it could cost a search per call.
            number = self._numbers[tool_id] = self._numbers.get(tool_id, 1) + 1
            span = identifier(f"{tool_id}.{number}")
        self._spans.add(span)
        tool = ToolUse(tool_id, span, name, arguments)
        calls.append(tool)
        return tool

    def answer(self, tool_id: str) -> ToolUse:
        """The call that a result answers: the oldest open one of that id, else the last; made up if there was none."""
        calls = self._calls.get(tool_id)
        if not calls:
            return ToolUse(tool_id, identifier(tool_id), None, {})
        place = self._answered.get(tool_id, 0)
        self._answered[tool_id] = place + 1
        return calls[min(place, len(calls) - 1)]

    def last_call(self, tool_id: str) -> ToolUse | None:
        calls = self._calls.get(tool_id)
        return calls[-1] if calls else None

    def start_subagent(self, tool: ToolUse) -> str:
        """Open the span of the sub-agent that a call starts; gives its id."""
        span = subagent_span(tool)
        self._subagents.add(span)
        return span

    def stop_subagent(self, tool: ToolUse) -> bool:
        """Close it; whether it was open."""
        was_open = self.has_subagent(tool)
        self._subagents.discard(subagent_span(tool))
        return was_open

    def has_subagent(self, tool: ToolUse) -> bool:
        return subagent_span(tool) in self._subagents


def subagent_span(tool: ToolUse) -> str:
    return identifier(f"{tool.span_id}:agent")


class Emitter:
    """Collects the events of one line, giving each its key, time, place and origin."""

    def __init__(self, line: Line, value: dict[str, Any], walk: Walk) -> None:
        self.events: list[dict[str, Any]] = []
        self.key = line.key
        self.time = walk.time
        parent_call = text(value.get("parent_tool_use_id"))
        self.sidechain = value.get("isSidechain") is True or parent_call is not None
        self.metadata = present(
            uuid=label(value.get("uuid")),
            parent_uuid=label(value.get("parentUuid")),
            line=line.number,
            sidechain=self.sidechain or None,
            agent_id=label(value.get("agentId")),
            parent_tool_use_id=label(parent_call),
        )
        caller = walk.last_call(parent_call) if parent_call else None
        self.parent_id = subagent_span(caller) if caller and walk.has_subagent(caller) else None

    def emit(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        span_id: str | None = None,
        parent_id: str | None = None,
        actor: dict[str, str] | None = None,
        **metadata: Any,
    ) -> None:
        """Add one event; `metadata` is added to what the line gives."""
        placing = present(span_id=span_id, parent_id=parent_id or self.parent_id, actor=actor)
        self.events.append(
            {
                "type": kind,
                "timestamp": self.time,
                "idempotency_key": f"{self.key}/{len(self.events)}",
                **placing,
                "payload": payload,
                "metadata": {**self.metadata, **present(**metadata)},
            }
        )
