"""What a list of traces is narrowed by."""

from dataclasses import asdict, dataclass
from typing import Any

from . import times
from .trace_index import IndexEntry


def since_and_until(since: str | None, start: str | None, end: str | None) -> tuple[str | None, str | None]:
    """Canonical bounds of a start time from the parameters `since`, `from` and `to`; the later lower bound counts.

    A bare date in `to` includes that whole day. Raises `Invalid` naming the parameter.
    """
    lower = [times.normalise(text, name) for text, name in ((since, "since"), (start, "from")) if text is not None]
    upper = times.render(times.end_of_day(end, "to")) if end is not None else None
    return max(lower, key=times.sortable, default=None), upper


def last_component(path: str) -> str:
    """The last part of a path, on whatever system it was written: `/home/a/proj/` → `proj`."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Conditions that all must hold; None asks for nothing. Times are canonical timestamps, both ends included.

    `project` is a path (the whole cwd), its last component, or a repository; `outcome` `pending` means in_progress;
    `search` looks for a substring, whatever its case, in id, summary, repo, author, cwd and tags; `found` are the
    traces in whose messages the index has found it.
    """

    status: str | None = None
    agent_id: str | None = None
    outcome: str | None = None
    started_from: str | None = None
    started_to: str | None = None
    author: str | None = None
    repo: str | None = None
    project: str | None = None
    model: str | None = None
    search: str | None = None
    tag: str | None = None
    found: frozenset[str] = frozenset()

    def is_empty(self) -> bool:
        """Whether every trace passes."""
        return not self.to_json()

    def to_json(self) -> dict[str, Any]:
        """What is asked for, without the rest; what the index found changes between one page and the next."""
        return {name: value for name, value in asdict(self).items() if value is not None and name != "found"}

    @property
    def wants_idleness(self) -> bool:
        """Whether the index alone cannot tell: stored as running are both the running and the stale."""
        return self.status in ("running", "stale")

    def admits(self, entry: IndexEntry) -> bool:
        """Whether an entry passes, as far as the index knows; the time range is the index's own business."""
        status = "running" if self.wants_idleness else self.status
        outcome = "in_progress" if self.outcome == "pending" else self.outcome
        return (
            _same(status, entry.status)
            and _same(self.agent_id, entry.agent_id)
            and _same(outcome, entry.outcome)
            and _same(self.author, entry.author)
            and _same(self.repo, entry.repo)
            and (self.tag is None or self.tag in entry.tags)
            and (self.model is None or self.model in (*entry.models, entry.model))
            and (self.project is None or _is_project(self.project, entry))
            and (self.search is None or entry.trace_id in self.found or _mentions(self.search, entry))
        )


def _same(wanted: str | None, found: str | None) -> bool:
    return wanted is None or wanted == found


def _is_project(project: str, entry: IndexEntry) -> bool:
    if project == entry.repo:
        return True
    if entry.cwd is None:
        return False
    return project.rstrip("/") == entry.cwd.rstrip("/") or project == last_component(entry.cwd)


def _mentions(text: str, entry: IndexEntry) -> bool:
    wanted = text.casefold()
    shown = (entry.trace_id, entry.summary, entry.repo, entry.author, entry.cwd, *entry.tags)
    return any(wanted in each.casefold() for each in shown if each)
