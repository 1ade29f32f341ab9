"""The trace index: what lists filter by."""

from dataclasses import dataclass

from . import times


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the trace index knows of a trace: enough to filter by. `status` is as stored: running covers stale."""

    trace_id: str
    project_id: str
    started_at: str
    status: str
    outcome: str
    summary: str | None
    agent_id: str | None
    author: str | None
    repo: str | None
    cwd: str | None
    models: tuple[str, ...]
    tags: tuple[str, ...]
    model: str | None = None

    @property
    def place(self) -> str:
        """Where a listing goes on behind this entry."""
        return place_of(self.started_at, self.trace_id)


def place_of(started_at: str, trace_id: str) -> str:
    """A position in the index: the canonical start padded to microseconds, `#`, the id."""
    return f"{times.sortable(started_at)}#{trace_id}"
