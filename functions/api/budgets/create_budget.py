"""POST /api/budgets — create a budget."""

from api.budgets._models import BudgetBody
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import budgets
from wakeline.services.budgets import BudgetView
from wakeline.wiring import govern, stats


@endpoint("POST /api/budgets", scope="budgets:write", status=201)
def create_budget(caller: Caller, body: BudgetBody) -> BudgetView:
    """A new budget, of the key's own project or of the workspace."""
    return budgets.view(budgets.create(stats.budgets(), wiring.env(), govern.audit_log(), caller, body.facts()))


handler = lambda_entry(create_budget)
