"""What requests on budgets say."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline.domain.ids import Label


class BudgetBody(BaseModel):
    """US dollars for each day, week (from Monday) or month, UTC. `project` empty: all projects."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[Label, StringConstraints(max_length=200)]
    # No less than a millionth of a dollar: of less, no share can be told.
    amount: Annotated[float, Field(ge=1e-6, le=1e9, allow_inf_nan=False)]
    period: Literal["daily", "weekly", "monthly"]
    warning_threshold: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.8
    project: Annotated[str, StringConstraints(max_length=1024)] = ""

    def facts(self) -> dict[str, Any]:
        """The fields as the budget keeps them: amounts exact."""
        amounts = {"amount": self.amount, "warning_threshold": self.warning_threshold}
        return self.model_dump() | {name: Decimal(repr(value)) for name, value in amounts.items()}
