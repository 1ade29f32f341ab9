"""What waits in memory to be sent: bounded, and nobody ever waits for it."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from typing import NamedTuple

TRACE, EVENT, ARTIFACT = b"T", b"E", b"A"
OVERHEAD = 160
"""Bytes that an item takes in memory beside its data, about."""


class Item(NamedTuple):
    """Something to send: a trace to create, one of its events, or a file. `data` is JSON in one line."""

    kind: bytes
    trace_id: str
    data: bytes

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.data) + OVERHEAD


class Outbox:
    """First in, first out. `put` refuses what would pass `capacity` bytes, and counts that by trace."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[Item] = deque()
        self._bytes = 0
        # Reentrant: a signal may end the process in the middle of a put, by way of `hurry`.
        self._changed = threading.Condition(threading.RLock())
        self._hurry = False
        self._dropped: Counter[str] = Counter()
        self.dropped_in_all = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def bytes(self) -> int:
        """Bytes that are held."""
        return self._bytes

    def put(self, item: Item) -> bool:
        """Add an item, or count it as dropped."""
        size = item.size
        with self._changed:
            if self._bytes + size > self._capacity:
                self._dropped[item.trace_id] += 1
                self.dropped_in_all += 1
                return False
            self._items.append(item)
            self._bytes += size
            # Waking the sender for each event would cost the agent a switch of threads every time.
            if len(self._items) == 1 or self._bytes > self._capacity // 4:
                self._changed.notify()
            return True

    def take_drops(self, trace_id: str) -> int:
        """How many of a trace's events were dropped since this was asked last."""
        with self._changed:
            return self._dropped.pop(trace_id, 0)

    def put_drops(self, trace_id: str, count: int) -> None:
        """Give a count back that could not be told."""
        with self._changed:
            if count:
                self._dropped[trace_id] += count

    def hurry(self) -> None:
        """Send what is here now, without waiting for more."""
        with self._changed:
            self._hurry = True
            self._changed.notify()

    def wait(self, seconds: float, count: int, size: int) -> None:
        """Until something is here, and then until it is enough for a batch, `seconds` are over, or there is hurry."""
        with self._changed:
            if not self._items and not self._hurry:
                self._changed.wait(seconds)
            until = time.monotonic() + seconds
            while self._items and not self._hurry and len(self._items) < count and self._bytes < size:
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._hurry = False

    def take(self, count: int, size: int) -> list[Item]:
        """The oldest items: at most `count`, and `size` bytes unless the first is larger."""
        taken: list[Item] = []
        total = 0
        with self._changed:
            while self._items and len(taken) < count and (not taken or total + self._items[0].size <= size):
                item = self._items.popleft()
                total += item.size
                taken.append(item)
            self._bytes -= total
        return taken

    def give_back(self, items: list[Item]) -> None:
        """Put taken items back where they were, whatever the bound says: they were inside it before."""
        with self._changed:
            self._items.extendleft(reversed(items))
            self._bytes += sum(item.size for item in items)
