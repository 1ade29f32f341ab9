"""What a view of a ledger is: items, each begun by one event and perhaps completed by later ones."""

from collections.abc import Mapping
from typing import Any, Protocol

from wakeline.domain.events import Event


class View(Protocol):
    """Fed the events of one trace in ledger order. `lookahead`: segments in which an item's end is looked for."""

    lookahead: int

    @property
    def items(self) -> list[dict[str, Any]]:
        """What was found so far, in ledger order."""

    def __len__(self) -> int:
        """How many items there are."""

    @property
    def waiting(self) -> bool:
        """Whether an item is open: a later event may complete it."""

    def count(self, counters: Mapping[str, int]) -> int | None:
        """How many items begin in a segment or trace with these counters; None if they do not tell."""

    def reads(self, counters: Mapping[str, int]) -> bool:
        """Whether events with these counters can matter to this view; False lets a segment be passed over unread."""

    def begins(self, event: Event) -> bool:
        """Whether the event begins an item."""

    def begin(self, event: Event) -> None:
        """Take up the item that the event begins."""

    def go_on(self, event: Event) -> None:
        """See an event that begins no item here, or none that is wanted; it may complete an open one."""
