"""What exports need of the outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from wakeline.domain.evidence.span import Span
from wakeline.domain.segments import Segment


class SpanIndex(Protocol):
    """Segments by the time of their events. Times are canonical, padded to microseconds."""

    def spans(self, workspace_id: str, start: str, end: str) -> Iterator[Span]:
        """The segments of a workspace that may hold events from `start` to `end`, by the time of their first event."""

    def segments(self, workspace_id: str, spans: Sequence[Span]) -> Iterator[tuple[str, Segment]]:
        """The segments of these spans with their traces' ids, in any order, as many as there still are; a body is
        fetched when it is due.
        """


class TraceRange(Protocol):
    """Traces by start, oldest first. Times are canonical, padded to microseconds; both ends are included."""

    def count(
        self, workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None, most: int
    ) -> int:
        """How many began in a range; some number above `most` when there are more than that."""

    def ids(
        self, workspace_id: str, project_id: str | None, start: str, end: str, agent_id: str | None
    ) -> Iterator[str]:
        """The ids of those traces, read as they are asked for."""


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is sent piece by piece. `total` is how many rows it has; a pull of `pieces` may read the store."""

    filename: str
    content_type: str
    pieces: Iterator[bytes]
    total: int | None = None
