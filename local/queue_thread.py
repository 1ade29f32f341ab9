"""A queue and the thread that works it off: what every kind of background delivery is made of."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import Any


class QueueThread(ABC):
    """Works off what is queued, one batch at a time, until it is stopped.

    Subclasses say what a batch is (`take`) and what is done with it (`work`). All state is under `changed`.
    """

    def __init__(self, name: str, batch_size: int = 1, window: float = 0.0) -> None:
        """`window`: seconds for which a batch may fill up to its size."""
        self.batch_size, self._window = batch_size, window
        self.waiting: deque[Any] = deque()
        self.changed = threading.Condition()
        self.busy = self.stopping = self.hurry = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def queue(self, one: Any) -> None:
        """Put one behind the others."""
        with self.changed:
            self.waiting.append(one)
            self.changed.notify_all()

    def idle(self, deadline: float) -> bool:
        """Wait until nothing is queued or in hand; False when the deadline (monotonic) comes first."""
        with self.changed:
            self.hurry = True
            self.changed.notify_all()
            done = self.changed.wait_for(self._at_rest, max(0.0, deadline - time.monotonic()))
            self.hurry = False
            return done

    def quiet(self) -> bool:
        """Whether nothing is queued or in hand at this moment."""
        with self.changed:
            return self._at_rest()

    def stop(self) -> None:
        """End after the batch in hand."""
        with self.changed:
            self.stopping = True
            self.changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    @abstractmethod
    def take(self) -> Any:
        """What to work on next; under `changed`."""

    @abstractmethod
    def work(self, taken: Any) -> None:
        """Do it."""

    def _at_rest(self) -> bool:
        return not self.waiting and not self.busy

    def _window_over(self) -> bool:
        return len(self.waiting) >= self.batch_size or self.stopping or self.hurry

    def _run(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.waiting or self.stopping)
                if self._window:
                    self.changed.wait_for(self._window_over, self._window)
                if self.stopping:
                    return
                taken = self.take()
                self.busy = True
            self.work(taken)
            with self.changed:
                self.busy = False
                self.changed.notify_all()
