"""Tags of sessions, counted from the index of traces."""

from collections import Counter
from typing import TypedDict

from wakeline.domain.caller import Caller
from wakeline.domain.stats.names import ranked

from .listing import MAX_READ
from .ports import TraceIndex


class Tag(TypedDict):
    tag: str
    count: int


class Tags(TypedDict):
    """`total_exact` is false where only the newest sessions were counted, there being too many."""

    tags: list[Tag]
    total_exact: bool


def counted(index: TraceIndex, caller: Caller, project_id: str | None = None) -> Tags:
    """Every tag with its number of sessions, among the newest `MAX_READ`. Raises `NotFound` for another's project."""
    project_id = caller.narrowed(project_id)
    found: Counter[str] = Counter()
    left = MAX_READ
    after: str | None = None
    while left > 0:
        entries, after = index.entries(caller.workspace_id, project_id, after=after, limit=min(left, 1000))
        found.update(tag for entry in entries for tag in entry.tags)
        left -= len(entries)
        if after is None:
            break
    return {"tags": [{"tag": tag, "count": count} for tag, count in ranked(found)], "total_exact": after is None}
