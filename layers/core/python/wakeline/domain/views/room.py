"""How much still goes into an answer: at most 6 MB leave a Lambda, and the body is a string inside its answer."""

import json
from collections.abc import Mapping
from typing import Any

ANSWER_BYTES = 5_000_000
FULL_BELOW = 500_000
"""With less room than this no further item is begun; what is left is for the ends of those that are open."""
MAX_VALUE = 2_000_000
PREVIEW = 500
LABEL = 1024


def weigh(value: Any) -> int:
    """Bytes that a JSON value takes in Lambda's answer: as a text whose quotes and backslashes are escaped again."""
    return len(json.dumps(json.dumps(value, ensure_ascii=False)))


def label(value: Any) -> str | None:
    """A name as a view shows it: a string of bounded length, or None."""
    return value[:LABEL] if isinstance(value, str) and value else None


class Room:
    """What is left of an answer's bytes. Of a value that does not fit, or is over `largest` bytes, the beginning is
    shown: `truncated`.
    """

    def __init__(self, left: int = ANSWER_BYTES, largest: int = MAX_VALUE) -> None:
        self.left = left
        self._largest = largest

    @property
    def full(self) -> bool:
        return self.left < FULL_BELOW

    def put(self, item: dict[str, Any], field: str, value: Any) -> None:
        """Set a field of an item that is counted already to a value of any size."""
        weight = weigh(value)
        if weight > min(self._largest, max(0, self.left)):
            value = _beginning(value)
            item["truncated"] = True
            weight = weigh(value)
        item[field] = value
        self.left -= weight

    def add(self, item: Mapping[str, Any]) -> None:
        """Count an item whose fields are small."""
        self.left -= weigh(item)


class Unlimited(Room):
    """For views that keep little of what they see."""

    def put(self, item: dict[str, Any], field: str, value: Any) -> None:
        item[field] = value

    def add(self, item: Mapping[str, Any]) -> None:
        pass


def _beginning(value: Any) -> Any:
    if isinstance(value, str):
        return value[:PREVIEW]
    beginning = json.dumps(value, ensure_ascii=False)[:PREVIEW]
    return {"_preview": beginning} if isinstance(value, dict) else beginning
