"""A ledger and the rollups of it, in memory."""

from typing import Any

from tests.factories import WORKSPACE, batch, make_trace
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.fakes.stats import MemoryRollups
from wakeline.domain.rollups.counts import Counts
from wakeline.domain.rollups.snapshot import EVER, Place
from wakeline.domain.rollups.snapshot import WORKSPACE as ALL
from wakeline.services import ledger, rollups

DAY = "2026-03-{:02d}T12:00:00.000Z"


def no_price(*_: Any) -> None:
    return None


class World:
    """A ledger, its rollups, and a worker that may die at any write."""

    def __init__(self) -> None:
        self.ledger, self.env = MemoryLedger(), fixed_env()
        self.rollups: Any = MemoryRollups()

    def trace(self, trace_id: str, **facts: Any) -> None:
        assert self.ledger.create(make_trace(trace_id, **facts))

    def append(self, trace_id: str, *events: dict[str, Any]) -> None:
        assert not ledger.append(self.ledger, self.env, WORKSPACE, trace_id, batch(*events)).rejected

    def delete(self, trace_id: str) -> None:
        trace = self.ledger.head(WORKSPACE, trace_id)
        assert trace is not None
        if trace.deleted is None:
            ledger.erase(self.ledger, self.env, trace, "key_1")

    def roll(self, *trace_ids: str) -> set[str]:
        return rollups.roll(self.rollups, self.ledger, no_price, self.env, WORKSPACE, trace_ids)

    def rebuild(self) -> int:
        return rollups.rebuild(self.rollups, self.ledger, self.ledger, no_price, self.env, WORKSPACE)

    @property
    def rows(self) -> dict[Place, Counts]:
        return dict(self.rollups.all_rows(WORKSPACE, self.rollups.generations(WORKSPACE).read))

    def total(self, measure: str, day: str = EVER, scope: str = ALL) -> Any:
        return self.rows.get(Place(scope, "main", day), {}).get(("total", "", measure), 0)


def expected(world: World) -> dict[Place, Counts]:
    """The rows that a worker makes who sees everything once, at the end."""
    fresh = World()
    fresh.ledger = world.ledger
    fresh.roll(*(trace_id for _, trace_id in fresh.ledger.traces))
    return fresh.rows
