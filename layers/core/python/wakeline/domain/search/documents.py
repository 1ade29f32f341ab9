"""Documents: what of an event is found. A message, or one end of a span."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wakeline.domain import times
from wakeline.domain.events import Event, error_text
from wakeline.domain.memory import text_of

MAX_MESSAGE = 64_000
"""Characters of a message that are indexed; what is behind them is not found."""
MAX_SPAN = 8_000
MAX_EMBEDDED = 4_000
"""Characters of a document that its vector stands for."""

_ROLES = {"user_message": "user", "agent_message": "assistant"}
_SPAN_TYPES = {"tool_result": "tool_call", "subagent_start": "agent", "subagent_stop": "agent"}
_SILENT = frozenset({"metric", "session_start", "session_end", "screenshot", "replay_artifact", "notification"})
_FIELDS = (
    "query",
    "input",
    "prompt",
    "arguments",
    "description",
    "content",
    "output",
    "result",
    "documents",
    "message",
    "goal",
    "reason",
    "action",
    "target",
    "url",
    "visible_text",
    "path",
    "summary",
    "text",
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a trace. `role` is user or assistant for a message and None else; `span_id` is never empty."""

    trace_id: str
    index: int
    project_id: str
    event_id: str
    role: str | None
    span_id: str
    span_type: str
    name: str | None
    timestamp: str
    text: str

    @property
    def embedded(self) -> str:
        """What the vector is made of."""
        said = f"{self.name}\n{self.text}" if self.name and self.role is None else self.text
        return said[:MAX_EMBEDDED]


def documents_of(events: Iterable[Event], trace_id: str, project_id: str) -> list[Document]:
    """The documents of a trace's events; one that says nothing, or was erased, makes none."""
    return [found for event in events if (found := _document(event, trace_id, project_id)) is not None]


def _document(event: Event, trace_id: str, project_id: str) -> Document | None:
    role = _ROLES.get(event.type)
    if event.type in _SILENT or event.payload is None:
        return None
    said = event.body
    name = _name(said)
    text = message_text(said.get("content"))[:MAX_MESSAGE] if role is not None else _span_text(said)
    if not text.strip():
        return None
    return Document(
        trace_id=trace_id,
        index=event.index,
        project_id=project_id,
        event_id=event.id,
        role=role,
        span_id=event.span_id or event.id,
        span_type=_SPAN_TYPES.get(event.type, event.type),
        name=name,
        timestamp=times.sortable(event.timestamp),
        text=text,
    )


def _name(said: dict[str, Any]) -> str | None:
    for field in ("name", "tool_name", "agent_type", "model"):
        value = said.get(field)
        if isinstance(value, str) and value:
            return value[:256]
    return None


def message_text(value: Any) -> str:
    """A message's content: a string, or the texts of a list of blocks."""
    if isinstance(value, list):
        texts = (each.get("text") if isinstance(each, dict) else each for each in value)
        return "\n".join(text for text in texts if isinstance(text, str))
    return value if isinstance(value, str) else text_of(value)


def _span_text(said: dict[str, Any]) -> str:
    parts = [text_of(said[field]) for field in _FIELDS if said.get(field) not in (None, "")]
    error = error_text(said.get("error"))
    return "\n".join([*parts, *([error] if error else [])])[:MAX_SPAN]
