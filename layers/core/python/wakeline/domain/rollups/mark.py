"""How far a trace is in the rollups, and which rows count."""

from dataclasses import dataclass, field
from typing import Any, Self

from .counts import Counts
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Mark:
    """Kept beside a trace's HEAD, and written in one transaction with the rows that it speaks of.

    `have` is what the rows of `generation` hold of the trace, `want` what the events up to `next_index` amount to.
    They differ while more is to be moved than one transaction takes. `open` is `Walk.open`. `token` is new with every
    write: who read an older one writes nothing.
    """

    trace_id: str
    generation: int
    next_index: int
    want: Snapshot
    have: Snapshot
    open: dict[str, list[str]] = field(default_factory=dict)
    token: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is stored in the body of its item."""
        stored: dict[str, Any] = {"want": self.want.to_json(), "open": list(self.open.items())}
        return stored if self.have == self.want else stored | {"have": self.have.to_json()}

    @classmethod
    def from_json(cls, trace_id: str, generation: int, next_index: int, token: str, stored: dict[str, Any]) -> Self:
        """Read `to_json` back."""
        want = Snapshot.from_json(stored["want"])
        have = Snapshot.from_json(stored["have"]) if "have" in stored else want
        return cls(trace_id, generation, next_index, want, have, dict(stored["open"]), token)


@dataclass(frozen=True, slots=True)
class Generations:
    """Rows are of a generation. While a new one is built, workers write that one and readers read the one before."""

    read: int = 0
    write: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the token of its last write."""

    counts: Counts
    token: str
