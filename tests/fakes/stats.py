"""Rollups, budgets, settings and commits in memory, with the conditions of the real stores.

Each call is atomic; what is handed out are copies.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy

from wakeline.domain import times
from wakeline.domain.budgets import Alert, Budget
from wakeline.domain.commits import Commit, SyncRequest
from wakeline.domain.config import Config
from wakeline.domain.rollups.counts import Counts
from wakeline.domain.rollups.mark import Generations, Mark, Row
from wakeline.domain.rollups.snapshot import EVER, Place


class MemoryRollups:
    """The `RollupStore` port."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.of: dict[str, Generations] = {}
        self.marked: dict[tuple[str, str], Mark] = {}
        self.held: dict[tuple[str, int], dict[Place, Row]] = {}

    def generations(self, workspace_id: str) -> Generations:
        with self.lock:
            return self.of.get(workspace_id, Generations())

    def set_generations(self, workspace_id: str, before: Generations, after: Generations) -> bool:
        with self.lock:
            if self.generations(workspace_id) != before:
                return False
            self.of[workspace_id] = after
            return True

    def marks(self, workspace_id: str, trace_ids: Sequence[str]) -> dict[str, Mark]:
        with self.lock:
            found = {each: self.marked.get((workspace_id, each)) for each in trace_ids}
            return deepcopy({trace_id: mark for trace_id, mark in found.items() if mark is not None})

    def rows(self, workspace_id: str, generation: int, places: Collection[Place]) -> dict[Place, Row]:
        with self.lock:
            held = self.held.get((workspace_id, generation), {})
            return deepcopy({place: held[place] for place in places if place in held})

    def write(
        self,
        workspace_id: str,
        generation: int,
        marks: Sequence[tuple[str | None, Mark]],
        rows: Mapping[Place, tuple[Row | None, Counts]],
        token: str,
    ) -> bool:
        assert len(marks) + len(rows) <= 100
        with self.lock:
            held = self.held.setdefault((workspace_id, generation), {})
            for before, mark in marks:
                stands = self.marked.get((workspace_id, mark.trace_id))
                if (stands.token if stands is not None else None) != before:
                    return False
            for place, (row, _) in rows.items():
                there = held.get(place)
                if (there.token if there is not None else None) != (row.token if row is not None else None):
                    return False
            for _, mark in marks:
                self.marked[workspace_id, mark.trace_id] = deepcopy(mark)
            for place, (_, counts) in rows.items():
                if counts:
                    held[place] = Row(deepcopy(counts), token)
                else:
                    held.pop(place, None)
            return True

    def days(
        self, workspace_id: str, generation: int, scope: str, kind: str, first: str, last: str
    ) -> list[tuple[str, Counts]]:
        rows = dict(self.all_rows(workspace_id, generation))
        wanted = sorted(at for at in rows if at[:2] == (scope, kind) and at.day != EVER and first <= at.day <= last)
        return [(at.day, rows[at]) for at in wanted]

    def ever(self, workspace_id: str, generation: int, scope: str, kind: str) -> Counts:
        return dict(self.all_rows(workspace_id, generation)).get(Place(scope, kind, EVER), {})

    def all_rows(self, workspace_id: str, generation: int) -> Iterator[tuple[Place, Counts]]:
        with self.lock:
            held = deepcopy(self.held.get((workspace_id, generation), {}))
        return iter([(place, row.counts) for place, row in held.items()])

    def drop(self, workspace_id: str, generation: int) -> None:
        with self.lock:
            self.held.pop((workspace_id, generation), None)


class MemoryBudgets:
    """The `BudgetStore` port."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.held: dict[tuple[str, str], Budget] = {}
        self.told: dict[tuple[str, str, str, str], Alert] = {}

    def all(self, workspace_id: str) -> list[Budget]:
        with self.lock:
            return [budget for (of, _), budget in sorted(self.held.items()) if of == workspace_id]

    def get(self, workspace_id: str, budget_id: str) -> Budget | None:
        with self.lock:
            return self.held.get((workspace_id, budget_id))

    def create(self, workspace_id: str, budget: Budget) -> bool:
        with self.lock:
            new = (workspace_id, budget.id) not in self.held
            self.held.setdefault((workspace_id, budget.id), budget)
            return new

    def replace(self, workspace_id: str, budget: Budget) -> bool:
        with self.lock:
            there = (workspace_id, budget.id) in self.held
            if there:
                self.held[workspace_id, budget.id] = budget
            return there

    def delete(self, workspace_id: str, budget_id: str) -> bool:
        with self.lock:
            return self.held.pop((workspace_id, budget_id), None) is not None

    def tell(self, alert: Alert) -> bool:
        with self.lock:
            key = (alert.workspace_id, alert.budget.id, alert.period_start, alert.level)
            new = key not in self.told
            self.told.setdefault(key, alert)
            return new


class MemoryConfig:
    """The `ConfigStore` port."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.versions: dict[str, list[Config]] = {}

    def current(self, workspace_id: str) -> Config:
        with self.lock:
            return deepcopy(self.versions.get(workspace_id, [Config()])[-1])

    def version(self, workspace_id: str, version: int) -> Config | None:
        with self.lock:
            found = [each for each in self.versions.get(workspace_id, []) if each.version == version]
            return deepcopy(found[0]) if found else None

    def put(self, workspace_id: str, config: Config) -> bool:
        with self.lock:
            if self.current(workspace_id).version != config.version - 1:
                return False
            self.versions.setdefault(workspace_id, []).append(deepcopy(config))
            return True


class MemoryCommits:
    """The `CommitStore` port."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.linked: dict[tuple[str, str], dict[str, Commit]] = {}
        self.requests: list[SyncRequest] = []

    def of_trace(self, workspace_id: str, trace_id: str) -> list[Commit]:
        with self.lock:
            found = self.linked.get((workspace_id, trace_id), {}).values()
            return sorted(found, key=lambda commit: (times.sortable(commit.committed_at), commit.sha))

    def link(self, workspace_id: str, trace_id: str, commits: Sequence[Commit]) -> int:
        with self.lock:
            held = self.linked.setdefault((workspace_id, trace_id), {})
            new = [commit for commit in commits if commit.sha not in held]
            held.update((commit.sha, commit) for commit in new)
            return len(new)

    def forget(self, workspace_id: str, trace_id: str) -> None:
        with self.lock:
            self.linked.pop((workspace_id, trace_id), None)

    def request(self, request: SyncRequest) -> None:
        with self.lock:
            self.requests.append(request)
