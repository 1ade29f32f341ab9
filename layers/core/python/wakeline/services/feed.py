"""Feeding: committed segments are numbered, each event once, whatever is delivered twice, late or in another order."""

from collections.abc import Sequence

from wakeline.domain.env import Env
from wakeline.domain.errors import Busy
from wakeline.domain.feed import Appended, Mark, plan

from .live_ports import FeedStore
from .ports import LedgerStore

ATTEMPTS = 30
MOST = 25
"""Entries of one transaction, which holds at most 100 items: an entry, its trace's mark, and the feed's last number."""


def publish(feed: FeedStore, store: LedgerStore, env: Env, workspace_id: str, appended: Sequence[Appended]) -> int:
    """Put segments of one workspace into its feed; how many entries were new.

    Each step is one transaction that holds only if nobody fed in between, so whoever dies leaves the feed as it was or
    as it shall be. Raises `Busy` when others feed the same workspace every time.
    """

    def between(trace_id: str, start: int, end: int) -> list[Appended]:
        overtaken = []
        for segment in store.segments(workspace_id, trace_id, start):
            if segment.first_index >= end:
                break
            if segment.count > 0:
                overtaken.append(Appended(workspace_id, trace_id, segment.first_index, segment.count))
        return overtaken

    trace_ids = list(dict.fromkeys(each.trace_id for each in appended))
    fed = attempt = 0
    while attempt < ATTEMPTS:
        last = feed.last(workspace_id)
        known = feed.marks(workspace_id, trace_ids)
        marks = known | {
            trace_id: _first_mark(store, workspace_id, trace_id) for trace_id in trace_ids if trace_id not in known
        }
        entries, after = plan(last, marks, appended, between, MOST)
        if not entries:
            return fed
        moved = {trace_id: (known.get(trace_id), mark) for trace_id, mark in after.items()}
        if feed.put(workspace_id, last, entries, moved, env.now()):
            fed += len(entries)
            attempt = 0
        else:
            env.pause(attempt)
            attempt += 1
    raise Busy("too many workers feed one workspace at once")


def _first_mark(store: LedgerStore, workspace_id: str, trace_id: str) -> Mark:
    """The mark of a trace that was never fed. One without HEAD, which nothing of ours leaves, belongs to no project."""
    trace = store.head(workspace_id, trace_id)
    return Mark(trace.project_id if trace is not None else "")
