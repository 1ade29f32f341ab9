"""PUT /api/budgets/{budget_id} — replace what a budget says."""

from api.budgets._models import BudgetBody
from wakeline import wiring
from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import budgets
from wakeline.services.budgets import BudgetView
from wakeline.wiring import govern, stats


@endpoint("PUT /api/budgets/{budget_id}", scope="budgets:write")
def update_budget(caller: Caller, budget_id: str, body: BudgetBody) -> BudgetView:
    """The whole budget is sent, as at its creation. What was told in the running period is not told again."""
    store, log = stats.budgets(), govern.audit_log()
    return budgets.view(budgets.update(store, wiring.env(), log, caller, budget_id, body.facts()))


handler = lambda_entry(update_budget)
