"""GET /api/budgets — list budgets."""

from typing import TypedDict

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import budgets
from wakeline.services.budgets import BudgetView
from wakeline.wiring import stats


class Budgets(TypedDict):
    budgets: list[BudgetView]


@endpoint("GET /api/budgets", scope="traces:read")
def list_budgets(caller: Caller) -> Budgets:
    """Budgets, oldest first."""
    return {"budgets": [budgets.view(budget) for budget in budgets.visible(stats.budgets(), caller)]}


handler = lambda_entry(list_budgets)
