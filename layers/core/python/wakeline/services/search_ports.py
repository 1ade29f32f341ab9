"""What search needs of the outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from wakeline.domain.search.bm25 import Matches
from wakeline.domain.search.documents import Document
from wakeline.domain.search.parts import Manifest, Part
from wakeline.domain.search.state import Found, Hit, IndexState, Mark
from wakeline.domain.search.where import Where


class IndexStore(Protocol):
    """Manifests and marks of workspaces. Reads are strongly consistent."""

    def state(self, workspace_id: str) -> IndexState:
        """The index as it is listed."""

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        """How far traces are in the index; those that are not in it at all are left out."""

    def commit(
        self,
        workspace_id: str,
        generation: int,
        manifests: Sequence[Manifest],
        moved: Mapping[str, tuple[Mark | None, Mark]],
    ) -> bool:
        """Store manifests one version on and move marks (trace id → before, after), all or nothing.

        False when a manifest or mark is not what it was, or the generation is another.
        """

    def next_generation(self, workspace_id: str, before: int) -> bool:
        """Begin a generation: the index is empty then. False when it is not `before` any more."""

    def drop_outdated(self, workspace_id: str) -> None:
        """Forget the manifests of earlier generations."""


class IndexFiles(Protocol):
    """The parts' files: made, merged, asked. All but `delete` raise `PartGone` for one that is not there."""

    def build(
        self,
        workspace_id: str,
        name: str,
        documents: Sequence[Document],
        vectors: Sequence[bytes] | None,
        model: str | None,
    ) -> Part:
        """Make a part of documents, at least one, and their vectors."""

    def merge(
        self, workspace_id: str, name: str, parts: Sequence[Part], drop: Mapping[str, Sequence[int] | None]
    ) -> Part | None:
        """Make one part of several of one model, without the events to `drop` (trace id → indexes, or None for all).

        None when nothing is left.
        """

    def holds(self, workspace_id: str, part: Part, drop: Mapping[str, Sequence[int] | None]) -> bool:
        """Whether a part has one of these events (trace id → indexes, or None for any)."""

    def by_text(self, workspace_id: str, part: Part, fts: str, where: Where, limit: int) -> Matches:
        """How many documents fit an FTS5 query of ours, the best of them, and what it takes to score them."""

    def traces_by_text(self, workspace_id: str, part: Part, fts: str, where: Where, limit: int) -> list[str]:
        """The traces that hold a document which fits, at most `limit` of them."""

    def by_vector(self, workspace_id: str, part: Part, vector: bytes, where: Where, limit: int) -> list[Hit]:
        """The documents nearest to a vector of the part's model; a hit's score is the cosine."""

    def read(self, workspace_id: str, part: Part, numbers: Sequence[int], fts: str | None) -> dict[int, Found]:
        """Documents by number, with snippets for an FTS5 query."""

    def delete(self, workspace_id: str, part: Part) -> None:
        """Remove a file; one that is not there is fine."""

    def sweep(self, workspace_id: str, listed: Collection[str], before: datetime) -> int:
        """Remove the files that were stored before a moment and are not among the `listed` names. How many."""


class Embedder(Protocol):
    """Makes vectors of texts."""

    @property
    def model(self) -> str:
        """The model's name; vectors of one model are compared with one another only."""

    @property
    def is_lexical(self) -> bool:
        """Whether it compares spelling, not meaning."""

    @property
    def floor(self) -> float:
        """The cosine below which two texts have nothing to do with one another."""

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """A quantised vector for each text. Raises `EmbeddingFailed`."""


class TextRanker(Protocol):
    """Ranks a few texts that are in no index."""

    def best(self, texts: Sequence[str], fts: str, limit: int) -> list[int]:
        """The places of the texts that fit an FTS5 query, best first."""
