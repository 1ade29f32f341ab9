"""Parts: the immutable files that a workspace's index consists of, listed in one manifest per month.

Like a log-structured merge tree: each batch makes a small part; when a tier holds `FAN` parts they become one of the
next tier. So every document is rewritten once per tier, and the cost of indexing grows with what is new.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

FAN = 8
SMALLEST = 64
"""Documents of a part up to which it belongs to the first tier."""
LARGEST = 400_000
"""Documents of a part beyond which it is merged no more: it has to fit into a function's temporary storage."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file. `model` made its vectors, of so many dimensions; None for a part without vectors.

    `since` and `until` are the first and last timestamp inside; `size` is in bytes.
    """

    name: str
    documents: int
    size: int
    model: str | None
    dimensions: int
    since: str
    until: str

    def to_json(self) -> dict[str, Any]:
        return {field: getattr(self, field) for field in self.__slots__}

    @property
    def tier(self) -> int:
        tier, most = 0, SMALLEST
        while self.documents > most:
            tier, most = tier + 1, most * FAN
        return tier


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of one month (`2026-11`). `version` counts its changes, 0 before the first."""

    month: str
    version: int = 0
    parts: tuple[Part, ...] = ()

    def adding(self, part: Part) -> "Manifest":
        return replace(self, version=self.version + 1, parts=(*self.parts, part))

    def replacing(self, old: Sequence[Part], new: Part | None) -> "Manifest | None":
        """With `new` in the place of `old`; None when one of those is not there any more."""
        names = {part.name for part in old}
        kept = tuple(part for part in self.parts if part.name not in names)
        if len(kept) != len(self.parts) - len(names):
            return None
        return replace(self, version=self.version + 1, parts=(*kept, new) if new is not None else kept)


def due(manifest: Manifest) -> list[Part] | None:
    """Parts that should become one: `FAN` of one tier and one model, the smallest tier first. None when none are."""
    tiers: dict[tuple[int, str | None, int], list[Part]] = {}
    for part in manifest.parts:
        if part.documents < LARGEST // FAN:
            tiers.setdefault((part.tier, part.model, part.dimensions), []).append(part)
    full = [place for place, parts in tiers.items() if len(parts) >= FAN]
    return tiers[min(full, key=lambda place: place[0])] if full else None
