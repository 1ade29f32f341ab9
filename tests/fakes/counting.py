"""A store whose calls are counted."""

from collections import Counter
from typing import Any


class Counting:
    """Counts the calls that a store gets."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        assert self.calls.total() < 10_000, "this would never end"
        return getattr(self.store, name)
