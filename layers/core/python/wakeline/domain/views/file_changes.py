"""File changes, summed up per path."""

from collections.abc import Mapping
from typing import Any, TypedDict

from wakeline.domain.events import Event

from .room import Room


class FileChangeView(TypedDict):
    """What became of a file, and lines added and removed."""

    path: str
    action: str
    additions: int
    deletions: int


class FileChanges:
    """One item per changed path, in the order of their first change: {path, action, additions, deletions}.

    `action` is what all changes amount to: a file created and then modified was created; one deleted last is deleted.
    """

    lookahead = 0
    waiting = False

    def __init__(self, room: Room) -> None:
        self._by_path: dict[str, dict[str, Any]] = {}
        self._room = room

    def __len__(self) -> int:
        return len(self._by_path)

    @property
    def items(self) -> list[dict[str, Any]]:
        return list(self._by_path.values())

    def count(self, counters: Mapping[str, int]) -> int:
        return counters.get("type.file_change", 0)

    def reads(self, counters: Mapping[str, int]) -> bool:
        return self.count(counters) > 0

    def begins(self, event: Event) -> bool:
        return event.type == "file_change" and isinstance(event.body.get("path"), str)

    def begin(self, event: Event) -> None:
        said = event.body
        path, action = said["path"], said.get("action") or "modified"
        item = self._by_path.get(path)
        if item is None:
            item = {"path": path, "action": action, "additions": 0, "deletions": 0}
            self._by_path[path] = item
            self._room.add(item)
        else:
            item["action"] = _together(item["action"], action)
        item["additions"] += said.get("additions") or 0
        item["deletions"] += said.get("deletions") or 0

    def go_on(self, event: Event) -> None:
        pass


def _together(before: str, after: str) -> str:
    if after == "modified":
        return "modified" if before == "deleted" else before
    if after == "created" and before == "deleted":
        return "modified"
    return after
