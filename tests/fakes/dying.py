"""A store that dies at its n-th write, before or after the write takes effect."""

from typing import Any, Literal

from .ledger import MemoryLedger

WRITES = frozenset({"create", "create_with", "write_head", "put_segment", "delete_segment"})
When = Literal["before", "after"]


class Died(BaseException):
    """The process is gone: nothing of the code under test may catch this."""


class DyingStore:
    """Passes every call on to `store`; the n-th (from 1) of those that write raises `Died` before or after it took
    effect.
    """

    def __init__(self, store: Any, at: int, when: When, writes: frozenset[str]) -> None:
        self.store = store
        self.writes = 0
        self._at = at
        self._when = when
        self._names = writes

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.store, name)
        if name not in self._names:
            return call

        def write(*given: Any) -> Any:
            self.writes += 1
            if self.writes == self._at and self._when == "before":
                raise Died(f"before write {self.writes}, {name}")
            result = call(*given)
            if self.writes == self._at:
                raise Died(f"after write {self.writes}, {name}")
            return result

        return write


class DyingLedger(DyingStore):
    """One of a ledger."""

    def __init__(self, store: MemoryLedger, at: int, when: When) -> None:
        super().__init__(store, at, when, WRITES)


class ForgetfulLedger:
    """The answer to the n-th `put_segment` is lost, and the client library sends it again."""

    def __init__(self, store: Any, at: int = 1) -> None:
        self.store = store
        self._puts = 0
        self._at = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def put_segment(self, *given: Any) -> Any:
        self._puts += 1
        if self._puts == self._at:
            self.store.put_segment(*given)
        return self.store.put_segment(*given)
