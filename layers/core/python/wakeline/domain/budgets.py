"""Budgets: an amount of US dollars for each day, week or month, and how much of it is spent."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Period = Literal["daily", "weekly", "monthly"]
Level = Literal["ok", "warning", "exceeded"]


@dataclass(frozen=True, slots=True)
class Budget:
    """`amount` and spending are US dollars; `warning_threshold` is a share of the amount, 0 to 1.

    `project` is what `project` means in statistics; empty = all. `project_id` is the project whose key made it: it
    covers that project alone.
    """

    id: str
    name: str
    amount: Decimal
    period: Period
    warning_threshold: Decimal
    project: str
    project_id: str | None
    created_at: str
    created_by: str
    updated_at: str

    def level_of(self, spend: Decimal) -> Level:
        """Exceeded once the amount is reached, warning once the threshold is."""
        if spend >= self.amount:
            return "exceeded"
        return "warning" if spend >= self.amount * self.warning_threshold else "ok"

    def percentage_of(self, spend: Decimal) -> float:
        """Of the amount, 0 to 100 and beyond."""
        return round(float(100 * spend / self.amount), 2)


@dataclass(frozen=True, slots=True)
class Alert:
    """That a budget's level was reached in a period. Stored once, and told when it is."""

    workspace_id: str
    budget: Budget
    level: Literal["warning", "exceeded"]
    period_start: str
    spend: Decimal
    at: str


def period_start(period: Period, day: date) -> date:
    """The first day of the period that a day is in: the day itself, its Monday, or the 1st. UTC."""
    if period == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "monthly" else day


def period_end(period: Period, start: date) -> date:
    """The last day of the period that begins on `start`."""
    if period == "weekly":
        return start + timedelta(days=6)
    if period == "monthly":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return start
