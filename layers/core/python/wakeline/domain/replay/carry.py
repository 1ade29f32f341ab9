"""Carrying: a value that came out otherwise than recorded is put where later inputs contain the recorded one.

Containing is told by content alone: a part of the input that equals the value, text that holds it as whole words, or
text that holds JSON of which it is a part, however that is spelled. Of values that say nothing (empty, true, null) no
trace is looked for.
"""

import json
import re
from bisect import insort_left
from collections.abc import Iterator
from typing import Any

MAX_CARRIED = 400
"""Values that one replay follows. Beyond, it cannot tell any more which inputs are as recorded."""
MAX_STARTS = 1000
"""Places in one text at which JSON is looked for."""

_WORD = re.compile(r"\w")
_START = re.compile(r"[\[{]")
_DECODER = json.JSONDecoder()


class Carried:
    """The values of a run that are others now. `overflowed`: there were more than are followed."""

    def __init__(self) -> None:
        self._values: list[_Value] = []
        self.overflowed = False

    def __bool__(self) -> bool:
        return bool(self._values)

    def add(self, recorded: Any, now: Any) -> None:
        """From here on, `recorded` reads `now`."""
        if recorded is None or isinstance(recorded, bool) or recorded in ("", [], {}) or recorded == now:
            return
        if len(self._values) == MAX_CARRIED:
            self.overflowed = True
            return
        # The longest first, so that a part of a value does not spoil the whole; of equals, the latest.
        insort_left(self._values, _Value(recorded, now), key=lambda value: -value.size)

    def into(self, value: Any) -> Any:
        """`value` with everything carried into it; the same object when nothing was."""
        for carried in self._values:
            value = carried.into(value)
        return value


class _Value:
    """One recorded value and what it is now."""

    def __init__(self, recorded: Any, now: Any) -> None:
        self.recorded, self.now = recorded, now
        self._is_text = isinstance(recorded, str)
        self._spelled = recorded if self._is_text else json.dumps(recorded, ensure_ascii=False)
        self._now_spelled = now if isinstance(now, str) else json.dumps(now, ensure_ascii=False)
        self._holds = isinstance(recorded, dict | list)
        self._sign = max(_texts(recorded), key=len, default="") if self._holds else ""
        self.size = len(self._spelled)

    def into(self, value: Any) -> Any:
        """`value` with what is recorded replaced in it; the same object when it is nowhere."""
        if type(value) is type(self.recorded) and value == self.recorded:
            return self.now
        if isinstance(value, str):
            return self._in_json(value) if self._holds else _in_text(value, self._spelled, self._now_spelled)
        if isinstance(value, dict):
            changed = {name: self.into(each) for name, each in value.items()}
            return changed if any(changed[name] is not value[name] for name in value) else value
        if isinstance(value, list):
            items = [self.into(each) for each in value]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        return value

    def _in_json(self, text: str) -> str:
        """`text` with JSON in it replaced that is, or contains, the recorded value."""
        if self._sign not in text:
            return text
        pieces: list[str] = []
        done = 0
        for _ in range(MAX_STARTS):
            start = _START.search(text, done)
            if start is None:
                break
            at = start.start()
            try:
                found, end = _DECODER.raw_decode(text, at)
            except (ValueError, RecursionError):
                pieces.append(text[done : at + 1])
                done = at + 1
                continue
            now = self.into(found)
            pieces += [text[done:at], text[at:end] if now is found else _spelled_alike(now, text[at:end])]
            done = end
        replaced = "".join([*pieces, text[done:]])
        return text if replaced == text else replaced


def _texts(value: Any) -> Iterator[str]:
    """The names and texts in a value that JSON spells as they are."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name.isalnum() and name.isascii():
                yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _spelled_alike(value: Any, recorded: str) -> str:
    """`value` as JSON, in the manner of a text that stood in its place."""
    if isinstance(value, str):
        return value
    indent = 2 if "\n" in recorded else None
    separators = None if indent or '": ' in recorded or ", " in recorded else (",", ":")
    return json.dumps(value, ensure_ascii=recorded.isascii(), indent=indent, separators=separators)


def _in_text(text: str, recorded: str, now: str) -> str:
    """`text` with `recorded` replaced where it stands as whole words."""
    at = text.find(recorded)
    if at < 0:
        return text
    pieces: list[str] = []
    done = 0
    while at >= 0:
        end = at + len(recorded)
        if not _joined(text, at, recorded[0]) and not _joined(text, end + 1, recorded[-1]):
            pieces += [text[done:at], now]
            done = end
        at = text.find(recorded, max(end, at + 1))
    return "".join([*pieces, text[done:]]) if pieces else text


def _joined(text: str, at: int, edge: str) -> bool:
    """Whether the character before `at` goes on with the word that `edge` belongs to."""
    return 0 < at <= len(text) and bool(_WORD.match(text[at - 1])) and bool(_WORD.match(edge))
