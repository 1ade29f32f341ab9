"""Messages: what people and agents said."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from wakeline.domain.events import Event
from wakeline.domain.trace import TOKEN_KINDS

from .room import Room, label


class MessageView(TypedDict):
    """A message. Token counts are null where they are unknown."""

    id: str
    session_id: str
    index: int
    type: str
    role: str
    content: str
    model: str | None
    timestamp: str
    parent_id: str | None
    is_meta: bool
    is_sidechain: bool
    tokens: int | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    blocks: NotRequired[Any]
    truncated: NotRequired[Any]


_TYPES = {"user_message": "user", "agent_message": "assistant"}


class Messages:
    """Each user_message and agent_message.

    An agent's message bears the tokens of the model call before it (the first, if a call said several), corrections of
    that call included. `tokens` is the sum of the four kinds; all are None where no call is known.
    """

    lookahead = 2

    def __init__(self, session_id: str, room: Room, only: Literal["user", "assistant"] | None = None) -> None:
        self.items: list[dict[str, Any]] = []
        self._session_id = session_id
        self._room = room
        self._only = only
        self._usage: dict[str, int] | None = None
        self._claimed: dict[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.items)

    @property
    def waiting(self) -> bool:
        return self._claimed is not None

    def count(self, counters: Mapping[str, int]) -> int:
        return sum(counters.get(f"type.{kind}", 0) for kind, said in _TYPES.items() if self._only in (None, said))

    def reads(self, counters: Mapping[str, int]) -> bool:
        return self.count(counters) > 0 or (self._only != "user" and counters.get("type.llm_call", 0) > 0)

    def begins(self, event: Event) -> bool:
        return event.type in _TYPES and self._only in (None, _TYPES[event.type])

    def begin(self, event: Event) -> None:
        said, metadata = event.body, event.metadata or {}
        kind = _TYPES[event.type]
        item: dict[str, Any] = {
            "id": event.id,
            "session_id": self._session_id,
            "index": event.index,
            "type": kind,
            "role": kind,
            "content": "",
            "model": label(said.get("model")),
            "timestamp": event.timestamp,
            "parent_id": event.parent_id,
            "is_meta": said.get("is_meta") is True or said.get("is_compact_summary") is True,
            "is_sidechain": metadata.get("sidechain") is True,
            "tokens": None,
            **dict.fromkeys(TOKEN_KINDS),
        }
        self._room.add(item)
        self._room.put(item, "content", said.get("content") or "")
        if said.get("blocks"):
            self._room.put(item, "blocks", said["blocks"])
        self._claimed = None
        if kind == "assistant" and self._usage is not None:
            _add(item, self._usage)
            self._usage, self._claimed = None, item
        self.items.append(item)

    def go_on(self, event: Event) -> None:
        if event.type == "llm_call" and event.body.get("phase") != "start":
            usage = {kind: event.body.get(kind) or 0 for kind in TOKEN_KINDS}
            if event.body.get("revision") is not True:
                self._usage, self._claimed = usage, None
            elif self._claimed is not None:
                _add(self._claimed, usage)
            elif self._usage is not None:
                self._usage = {kind: self._usage[kind] + usage[kind] for kind in TOKEN_KINDS}
        elif event.type in _TYPES:
            self._claimed = None


def _add(item: dict[str, Any], usage: dict[str, int]) -> None:
    for kind in TOKEN_KINDS:
        item[kind] = (item[kind] or 0) + usage[kind]
    item["tokens"] = sum(item[kind] for kind in TOKEN_KINDS)
