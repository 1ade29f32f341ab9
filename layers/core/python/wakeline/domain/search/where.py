"""What a search is narrowed to."""

from dataclasses import dataclass

from .parts import Part


@dataclass(frozen=True, slots=True)
class Where:
    """All conditions at once; None is no condition. Times are sortable ones, `since` and `until` included."""

    project_id: str | None = None
    trace_id: str | None = None
    role: str | None = None
    messages: bool = False
    span_type: str | None = None
    since: str | None = None
    until: str | None = None

    def takes(self, part: Part) -> bool:
        """Whether a part can hold something of this time."""
        return (self.since is None or part.until >= self.since) and (self.until is None or part.since <= self.until)
