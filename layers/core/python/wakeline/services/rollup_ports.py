"""What statistics need of the outside."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from wakeline.domain.rollups.counts import Counts
from wakeline.domain.rollups.mark import Generations, Mark, Row
from wakeline.domain.rollups.snapshot import Place


class RollupStore(Protocol):
    """Rows of counters, and the marks of traces. Every call takes the workspace."""

    def generations(self, workspace_id: str) -> Generations:
        """Which rows count. Strongly consistent."""

    def set_generations(self, workspace_id: str, before: Generations, after: Generations) -> bool:
        """Replace them, if they are what was read."""

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        """Marks by trace id; of traces that have none, none. Strongly consistent."""

    def rows(self, workspace_id: str, generation: int, places: Collection[Place]) -> dict[Place, Row]:
        """The rows that are there. Strongly consistent."""

    def write(
        self,
        workspace_id: str,
        generation: int,
        marks: Sequence[tuple[str | None, Mark]],
        rows: Mapping[Place, tuple[Row | None, Counts]],
        token: str,
    ) -> bool:
        """Write marks (token read, or None for none; the mark) and rows (as read; as it shall be), all or nothing.

        An empty row goes. False when one of them is not what was read.
        """

    def days(
        self, workspace_id: str, generation: int, scope: str, kind: str, first: str, last: str
    ) -> list[tuple[str, Counts]]:
        """The rows of a scope and kind from day `first` to day `last`, in order. Eventually consistent."""

    def ever(self, workspace_id: str, generation: int, scope: str, kind: str) -> Counts:
        """What all days add up to. Eventually consistent."""

    def all_rows(self, workspace_id: str, generation: int) -> Iterator[tuple[Place, Counts]]:
        """Every row of a generation."""

    def drop(self, workspace_id: str, generation: int) -> None:
        """Delete the rows of a generation."""
