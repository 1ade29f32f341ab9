"""DELETE /api/budgets/{budget_id} — delete a budget."""

from typing import Literal, TypedDict

from wakeline.domain.caller import Caller
from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry
from wakeline.services import budgets
from wakeline.wiring import govern, stats


class Deleted(TypedDict):
    status: Literal["deleted"]


@endpoint("DELETE /api/budgets/{budget_id}", scope="budgets:write")
def delete_budget(caller: Caller, budget_id: str) -> Deleted:
    """Delete a budget; deleting it again is 404."""
    budgets.delete(stats.budgets(), govern.audit_log(), caller, budget_id)
    return {"status": "deleted"}


handler = lambda_entry(delete_budget)
