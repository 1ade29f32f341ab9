"""Carrying: a value that came out otherwise than recorded is put where later inputs contain the recorded one.

Containing is told by content alone: a part of the input that equals the value, or text that holds it as whole words,
the value itself or its JSON spelling. Of values that say nothing (empty, true, null) no trace is looked for.
"""

import json
import re
from bisect import insort_left
from typing import Any

MAX_CARRIED = 400
"""Values that one replay follows. Beyond, it cannot tell any more which inputs are as recorded."""

_WORD = re.compile(r"\w")


class Carried:
    """The values of a run that are others now. `overflowed`: there were more than are followed."""

    def __init__(self) -> None:
        self._values: list[tuple[Any, Any, list[tuple[str, str]]]] = []
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
        insort_left(self._values, (recorded, now, _spellings(recorded, now)), key=lambda one: -_size(one[2]))

    def into(self, value: Any) -> Any:
        """`value` with everything carried into it; the same object when nothing was."""
        for recorded, now, spellings in self._values:
            value = _replaced(value, recorded, now, spellings)
        return value


def _size(spellings: list[tuple[str, str]]) -> int:
    return max((len(text) for text, _ in spellings), default=0)


def _spellings(recorded: Any, now: Any) -> list[tuple[str, str]]:
    """The texts that `recorded` may stand as, with what `now` is in the same spelling."""
    if isinstance(recorded, str):
        return [(recorded, now if isinstance(now, str) else json.dumps(now, ensure_ascii=False))]
    forms: list[dict[str, Any]] = [{}, {"separators": (",", ":")}, {"indent": 2}]
    spelt: dict[str, str] = {}
    for form in forms:
        for plain in (False, True):
            for ordered in (False, True):
                options = {**form, "ensure_ascii": not plain, "sort_keys": ordered}
                text = now if isinstance(now, str) else json.dumps(now, **options)
                spelt.setdefault(json.dumps(recorded, **options), text)
    return list(spelt.items())


def _replaced(value: Any, recorded: Any, now: Any, spellings: list[tuple[str, str]]) -> Any:
    if type(value) is type(recorded) and value == recorded:
        return now
    if isinstance(value, str):
        for text, spelt in spellings:
            value = _in_text(value, text, spelt)
        return value
    if isinstance(value, dict):
        changed = {name: _replaced(each, recorded, now, spellings) for name, each in value.items()}
        return changed if any(changed[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        items = [_replaced(each, recorded, now, spellings) for each in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


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
