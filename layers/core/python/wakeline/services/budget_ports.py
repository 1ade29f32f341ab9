"""What budgets need of the outside."""

from typing import Protocol

from wakeline.domain.budgets import Alert, Budget


class BudgetStore(Protocol):
    """Budgets of workspaces, and what was told of them. Reads are strongly consistent."""

    def all(self, workspace_id: str) -> list[Budget]:
        """The budgets of a workspace, oldest first."""

    def get(self, workspace_id: str, budget_id: str) -> Budget | None:
        """One budget."""

    def create(self, workspace_id: str, budget: Budget) -> bool:
        """Store a new budget; False when one of that id is there."""

    def replace(self, workspace_id: str, budget: Budget) -> bool:
        """Store a budget in place of the one that is there; False when it is gone."""

    def delete(self, workspace_id: str, budget_id: str) -> bool:
        """Delete a budget; False when it is gone already."""

    def tell(self, alert: Alert) -> bool:
        """Note that a level was reached in a period; False when it was noted before. The note is what is told."""
