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

    @property
    def place(self) -> str:
        """The position in the index at which a listing goes on behind this entry: padded start, `#`, id."""
        return f"{times.sortable(self.started_at)}#{self.trace_id}"
