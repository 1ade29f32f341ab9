"""What nightly exports need of the outside."""

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from wakeline.domain.evidence.nightly import DayExport
from wakeline.domain.segments import Segment


class TakenIndex(Protocol):
    """Segments of a trace by when the server took them."""

    def taken(self, workspace_id: str, trace_id: str, start: str, end: str) -> Iterator[Segment]:
        """The segments that were taken from `start` up to `end` (padded times), in order."""


class ExportStore(Protocol):
    """How far workspaces are exported."""

    def through(self) -> dict[str, str]:
        """Every workspace that was ever exported, with the last day that was."""

    def put(self, export: DayExport) -> None:
        """Note that a day is written; the same again changes nothing."""


class DayFiles(Protocol):
    """The files of one day while they are written."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def write(self, form: str, piece: bytes, rows: int) -> None:
        """Add to the file of a format."""

    def commit(self, workspace_id: str, day: str, events: int, traces: int) -> DayExport:
        """Store the files, then the manifest."""


class ExportSink(Protocol):
    """Where nightly exports go."""

    def open(self) -> DayFiles:
        """Begin a day."""

    def manifest(self, workspace_id: str, day: str) -> DayExport | None:
        """The manifest of a day, if it is written."""
