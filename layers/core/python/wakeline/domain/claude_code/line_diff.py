"""How many lines a change adds and removes."""

from collections import Counter
from typing import Any

from .shape import items, mapping

_LARGEST_TABLE = 4 * 10**8
"""Lines × lines up to which the exact answer is computed: some 50 ms at this size."""


def count_lines(content: str) -> int:
    """The lines of a file; a last line counts with or without its newline."""
    return len(_lines(content))


def changed_lines(old: str, new: str) -> tuple[int, int]:
    """(additions, deletions) of the shortest line diff from `old` to `new`, as `diff` and `git` count them.

    Additions and deletions are what the longest common subsequence leaves over. Its length comes from the bit-parallel
    recurrence of Crochemore et al. 2001 (a row of the table is one integer): difflib is cubic on repeated lines, and
    the text is somebody else's. Beyond `_LARGEST_TABLE`, order is ignored.
    """
    before, after = _lines(old), _lines(new)
    first = 0
    shorter = min(len(before), len(after))
    while first < shorter and before[first] == after[first]:
        first += 1
    last = 0
    while last < shorter - first and before[-1 - last] == after[-1 - last]:
        last += 1
    before, after = before[first : len(before) - last], after[first : len(after) - last]
    if len(before) * len(after) > _LARGEST_TABLE:
        common = (Counter(before) & Counter(after)).total()
    else:
        common = _common_length(before, after)
    return len(after) - common, len(before) - common


def patched_lines(patch: Any) -> tuple[int, int] | None:
    """(additions, deletions) of a `structuredPatch`; None when there is no patch to count."""
    hunks = [items(mapping(hunk).get("lines")) for hunk in items(patch)]
    if not hunks:
        return None
    lines = [line for hunk in hunks for line in hunk if isinstance(line, str)]
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def _lines(content: str) -> list[str]:
    lines = content.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def _common_length(before: list[str], after: list[str]) -> int:
    places: dict[str, int] = {}
    for place, line in enumerate(before):
        places[line] = places.get(line, 0) | (1 << place)
    mask = (1 << len(before)) - 1
    row = mask
    for line in after:
        matches = places.get(line, 0)
        if matches:
            row = ((row + (row & matches)) | (row & ~matches)) & mask
    return len(before) - row.bit_count()
