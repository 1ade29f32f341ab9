"""GET /api/budgets/status — show what is spent of each budget."""

from typing import TypedDict

from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import budgets
from wakeline.services.budgets import BudgetStatus
from wakeline.wiring import stats


class Statuses(TypedDict):
    budgets: list[BudgetStatus]


@endpoint("GET /api/budgets/status", scope="traces:read")
def get_budget_status(caller: Caller) -> Statuses:
    """Every budget with its spending in the running period: ok, warning or exceeded."""
    opened = stats.opener(caller.workspace_id)
    return {"budgets": budgets.status(stats.budgets(), caller, opened, wiring.env().now())}


handler = lambda_entry(get_budget_status)
