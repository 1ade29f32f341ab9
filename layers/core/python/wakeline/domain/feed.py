"""The live feed: one gapless number per workspace and event, in the order in which segments were fed.

An entry stands for one segment: its first number, how many events, and where in which trace they are. It holds no
content, so that deleting a trace leaves nothing behind in the feed but numbers that nobody gets to see.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

KEPT_S = 7 * 24 * 3600
"""Seconds for which an entry is kept: how long a client may be away and still miss nothing."""


@dataclass(frozen=True, slots=True)
class Appended:
    """A segment that was committed to a trace."""

    workspace_id: str
    trace_id: str
    first_index: int
    count: int

    @property
    def last_index(self) -> int:
        return self.first_index + self.count - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a trace is in the feed: `last_index` of its last fed event, -1 for none."""

    project_id: str
    last_index: int = -1


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment in the feed. Its events bear the numbers `first` to `last`."""

    first: int
    count: int
    trace_id: str
    project_id: str
    first_index: int

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    @property
    def last_index(self) -> int:
        return self.first_index + self.count - 1

    def number_of(self, index: int) -> int:
        """The feed number of the event at `index` of its trace."""
        return self.first + index - self.first_index


def plan(
    last: int,
    marks: Mapping[str, Mark],
    appended: Iterable[Appended],
    between: Callable[[str, int, int], Sequence[Appended]],
    most: int,
) -> tuple[list[Entry], dict[str, Mark]]:
    """Number what is not in the feed yet, from `last` + 1 on: at most `most` entries, and the marks of their traces
    after them.

    What a mark covers is passed over, so a record that comes twice is numbered once. `between(trace id, from, to)`
    reads the segments that begin in that range, for records that overtook their predecessors; those that are gone were
    of a deleted trace.
    """
    entries: list[Entry] = []
    after: dict[str, Mark] = {}
    for each in appended:
        mark = after.get(each.trace_id) or marks[each.trace_id]
        if each.first_index <= mark.last_index:
            continue
        overtaken = between(each.trace_id, mark.last_index + 1, each.first_index) if _gap(mark, each) else ()
        for one in (*overtaken, each):
            if len(entries) == most:
                return entries, after
            entries.append(Entry(last + 1, one.count, one.trace_id, mark.project_id, one.first_index))
            last = entries[-1].last
            after[one.trace_id] = replace(mark, last_index=one.last_index)
    return entries, after


def _gap(mark: Mark, segment: Appended) -> bool:
    return segment.first_index > mark.last_index + 1
