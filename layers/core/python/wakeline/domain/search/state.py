"""An index as it is listed, and what is found in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .documents import Document
from .parts import Manifest, Part


class PartGone(Exception):
    """A part's file is there no more: it was merged into another, which the manifest now names."""


class EmbeddingFailed(Exception):
    """The embedding model cannot be asked now."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which event a trace is in the index of a generation."""

    generation: int
    last_index: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """A workspace's index. `generation` rises when it is rebuilt; older manifests and marks count for nothing.

    `months` are by name. `outdated` are parts of earlier generations, whose files are to be deleted.
    """

    generation: int = 0
    months: Mapping[str, Manifest] = field(default_factory=dict)
    outdated: tuple[Part, ...] = ()

    def month(self, name: str) -> Manifest:
        """A month's manifest, empty if there is none yet."""
        return self.months.get(name) or Manifest(name)


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found in a part: its number there, and how good it is; higher is better."""

    part: Part
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it is stored. `snippet` has the words that were looked for between marks, where asked for."""

    document: Document
    snippet: str | None
    vector: bytes | None
