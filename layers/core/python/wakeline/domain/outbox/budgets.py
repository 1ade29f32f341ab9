"""What the event bus is told of budgets, derived from the note that a level was reached."""

from typing import Annotated, Literal

from pydantic import Field

from wakeline.domain.budgets import Alert

from .base import BusEvent, event_id


class BudgetEvent(BusEvent):
    """What every event of a budget says. Dollars are US dollars."""

    budget_id: str
    name: str
    amount: float
    period: Literal["daily", "weekly", "monthly"]
    period_start: Annotated[str, Field(description="The first day of the period, UTC.")]
    project: Annotated[str, Field(description="Empty: all projects.")]
    project_id: str | None
    current_spend: Annotated[float, Field(description="When it was noticed.")]
    percentage: Annotated[float, Field(description="Of the amount.")]
    warning_threshold: float


class BudgetWarning(BudgetEvent):
    """The warning threshold of a budget was reached: once in a period."""

    type: Literal["budget.warning"] = "budget.warning"


class BudgetExceeded(BudgetEvent):
    """The amount of a budget was reached: once in a period. There may have been no warning before."""

    type: Literal["budget.exceeded"] = "budget.exceeded"


EVENTS: tuple[type[BudgetEvent], ...] = (BudgetWarning, BudgetExceeded)


def event_of(alert: Alert) -> BudgetEvent:
    """The event that an alert is told by."""
    made = BudgetExceeded if alert.level == "exceeded" else BudgetWarning
    budget = alert.budget
    return made(
        id=event_id(made.model_fields["type"].default, alert.workspace_id, budget.id, alert.period_start),
        occurred_at=alert.at,
        workspace_id=alert.workspace_id,
        budget_id=budget.id,
        name=budget.name,
        amount=float(budget.amount),
        period=budget.period,
        period_start=alert.period_start,
        project=budget.project,
        project_id=budget.project_id,
        current_spend=float(alert.spend),
        percentage=budget.percentage_of(alert.spend),
        warning_threshold=float(budget.warning_threshold),
    )
