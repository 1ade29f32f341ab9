"""Budgets: their keeping, what is spent of them, and the notes from which the event bus is told.

Spending is read from rollups, so it counts on the day each event happened. Amounts in a period that is over can still
change (a session pushed late); only the running period is told of.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from wakeline.domain import times
from wakeline.domain.budgets import Alert, Budget, Level, Period, period_end, period_start
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import Conflict, NotFound
from wakeline.domain.rollups.usage import dollars, together, uses

from .audit import AuditLog, noting
from .budget_ports import BudgetStore
from .stats import Question, Reader

MAX_BUDGETS = 100
OpenReader = Callable[[Question], Reader]


class BudgetView(TypedDict):
    """As the API shows it."""

    id: str
    name: str
    amount: float
    period: Period
    warning_threshold: float
    project: str
    project_id: str | None
    created_at: str
    created_by: str
    updated_at: str


class BudgetStatus(BudgetView):
    """With what is spent in the running period, whose first and last day are given. `percentage` is of the amount."""

    current_spend: float
    percentage: float
    status: Level
    period_start: str
    period_end: str
    unpriced_calls: int


def visible(store: BudgetStore, caller: Caller) -> list[Budget]:
    """The budgets that the caller sees: with a project's key, those of that project."""
    return [budget for budget in store.all(caller.workspace_id) if _sees(caller, budget)]


def create(store: BudgetStore, env: Env, log: AuditLog, caller: Caller, said: dict[str, Any]) -> Budget:
    """A new budget of checked fields. Raises `Conflict` when there are too many."""
    if len(store.all(caller.workspace_id)) >= MAX_BUDGETS:
        raise Conflict(f"there are {MAX_BUDGETS} budgets already; delete one first")
    now = times.render(env.now())
    budget = Budget(
        **said,
        id=env.new_id("bud"),
        project_id=caller.project_id,
        created_at=now,
        created_by=caller.principal,
        updated_at=now,
    )
    with noting(log, caller, "budget.created", "budget", budget.id, dict(view(budget))):
        store.create(caller.workspace_id, budget)
    return budget


def update(store: BudgetStore, env: Env, log: AuditLog, caller: Caller, budget_id: str, said: dict[str, Any]) -> Budget:
    """Replace what a budget says. Raises `NotFound`."""
    budget = replace(_found(store, caller, budget_id), **said, updated_at=times.render(env.now()))
    with noting(log, caller, "budget.updated", "budget", budget_id, dict(view(budget))):
        if not store.replace(caller.workspace_id, budget):
            raise NotFound("budget not found")
    return budget


def delete(store: BudgetStore, log: AuditLog, caller: Caller, budget_id: str) -> None:
    """Delete a budget. Raises `NotFound`."""
    _found(store, caller, budget_id)
    with noting(log, caller, "budget.deleted", "budget", budget_id):
        if not store.delete(caller.workspace_id, budget_id):
            raise NotFound("budget not found")


def view(budget: Budget) -> BudgetView:
    """A budget as the API shows it."""
    return {
        "id": budget.id,
        "name": budget.name,
        "amount": float(budget.amount),
        "period": budget.period,
        "warning_threshold": float(budget.warning_threshold),
        "project": budget.project,
        "project_id": budget.project_id,
        "created_at": budget.created_at,
        "created_by": budget.created_by,
        "updated_at": budget.updated_at,
    }


def status(store: BudgetStore, caller: Caller, open_reader: OpenReader, now: datetime) -> list[BudgetStatus]:
    """Every budget that the caller sees, with what is spent of it."""
    return [_status(budget, open_reader, now) for budget in visible(store, caller)]


def tell(store: BudgetStore, open_reader: OpenReader, workspace_id: str, now: datetime) -> None:
    """Note the levels that budgets have reached in the running period, each once."""
    for budget in store.all(workspace_id):
        spend, _ = _spend(budget, open_reader, now)
        level = budget.level_of(spend)
        if level != "ok":
            start = period_start(budget.period, now.date()).isoformat()
            store.tell(Alert(workspace_id, budget, level, start, spend, times.render(now)))


def _status(budget: Budget, open_reader: OpenReader, now: datetime) -> BudgetStatus:
    spend, unpriced = _spend(budget, open_reader, now)
    start = period_start(budget.period, now.date())
    return {
        **view(budget),
        "current_spend": dollars(spend),
        "percentage": budget.percentage_of(spend),
        "status": budget.level_of(spend),
        "period_start": start.isoformat(),
        "period_end": period_end(budget.period, start).isoformat(),
        "unpriced_calls": unpriced,
    }


def _spend(budget: Budget, open_reader: OpenReader, now: datetime) -> tuple[Decimal, int]:
    """US dollars in the running period, and how many calls have no price and so are not in it."""
    start = period_start(budget.period, now.date())
    days = Question(
        project=budget.project or None,
        project_id=budget.project_id,
        first=start.isoformat(),
        last=period_end(budget.period, start).isoformat(),
    )
    reader = open_reader(days)
    used = together(uses(reader.counts(), reader.overrides))
    return used.known_cost, used.unpriced


def _found(store: BudgetStore, caller: Caller, budget_id: str) -> Budget:
    budget = store.get(caller.workspace_id, budget_id)
    if budget is None or not _sees(caller, budget):
        raise NotFound("budget not found")
    return budget


def _sees(caller: Caller, budget: Budget) -> bool:
    return caller.project_id in (None, budget.project_id)
