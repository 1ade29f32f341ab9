"""Functions that say which of them runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from local.functions import Functions


class Watched(Functions):
    """Functions that say which of them runs: in this thread, or, of one that streams, in the threads it makes."""

    ran: ClassVar[set[str]] = set()
    running = threading.local()
    streaming: ClassVar[str | None] = None
    alone: ClassVar[bool] = False

    def invoke(self, function: Any, event: Any, request_id: str | None = None) -> Any:
        self.ran.add(function.logical_id)
        self.running.name = function.logical_id
        try:
            return super().invoke(function, event, request_id)
        finally:
            self.running.name = None


class Alone(Watched):
    """The same where one thing happens at a time, whatever the thread that does it."""

    def invoke(self, function: Any, event: Any, request_id: str | None = None) -> Any:
        before, Watched.streaming, Watched.alone = Watched.streaming, function.logical_id, True
        try:
            return super().invoke(function, event, request_id)
        finally:
            Watched.streaming, Watched.alone = before, before is not None


@contextmanager
def streaming(name: str) -> Iterator[None]:
    """While a function streams: in threads of its own, and nobody else runs."""
    before, Watched.streaming, Watched.alone = Watched.streaming, name, True
    yield
    Watched.streaming, Watched.alone = before, before is not None
