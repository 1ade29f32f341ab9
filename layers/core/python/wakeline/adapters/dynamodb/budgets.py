"""Budgets, and beside them the notes of what was reached: an alert that is there was told."""

from decimal import Decimal
from typing import Any

from wakeline.domain import times
from wakeline.domain.budgets import Alert, Budget

from .keys import stats as at
from .table import Item, dynamodb, item_at, name, put_if, query, typed_item, was_sent_again

_FIELDS = ("name", "period", "project", "project_id", "created_at", "created_by", "updated_at")
ALERT_KEPT_S = 400 * 86_400


class DynamoBudgets:
    """The `BudgetStore` port."""

    def all(self, workspace_id: str) -> list[Budget]:
        """Pattern: the budgets of a workspace. One Query; ids sort by time."""
        items = query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues=typed_item(
                {":pk": at.budgets_pk(workspace_id), ":from": at.BUDGETS_FROM, ":to": at.BUDGETS_TO}
            ),
            ConsistentRead=True,
        )
        return [_from_item(item) for item in items]

    def get(self, workspace_id: str, budget_id: str) -> Budget | None:
        """Pattern: one budget. GetItem, strongly consistent."""
        found = item_at(_place(workspace_id, budget_id))
        return _from_item(found) if found else None

    def create(self, workspace_id: str, budget: Budget) -> bool:
        """Pattern: a new budget. One conditional PutItem."""
        return put_if(to_item(workspace_id, budget), "attribute_not_exists(pk)")

    def replace(self, workspace_id: str, budget: Budget) -> bool:
        """Pattern: change a budget. One conditional PutItem."""
        return put_if(to_item(workspace_id, budget), "attribute_exists(pk)")

    def delete(self, workspace_id: str, budget_id: str) -> bool:
        """Pattern: delete a budget. One conditional DeleteItem."""
        try:
            dynamodb().delete_item(
                TableName=name(),
                Key=typed_item(_place(workspace_id, budget_id)),
                ConditionExpression="attribute_exists(pk)",
            )
        except dynamodb().exceptions.ConditionalCheckFailedException as error:
            return was_sent_again(error.response)
        return True

    def tell(self, alert: Alert) -> bool:
        """Pattern: what was reached. One conditional PutItem; its arrival in the stream is what is told."""
        return put_if(alert_item(alert), "attribute_not_exists(pk)")


def to_item(workspace_id: str, budget: Budget) -> Item:
    """The item of a budget."""
    return {
        **_place(workspace_id, budget.id),
        **{field: getattr(budget, field) for field in _FIELDS},
        # Text: a number read back becomes an int here.
        "amount": str(budget.amount),
        "warning_threshold": str(budget.warning_threshold),
    }


def alert_item(alert: Alert) -> Item:
    """The item of an alert: the budget as it was, and how much was spent."""
    sort_key = at.alert_sk(alert.budget.id, alert.period_start, alert.level)
    return to_item(alert.workspace_id, alert.budget) | {
        "sk": sort_key,
        "budget_id": alert.budget.id,
        "level": alert.level,
        "period_start": alert.period_start,
        "spend": str(alert.spend),
        "at": alert.at,
        "expires_at": int(_seconds(alert.at)) + ALERT_KEPT_S,
    }


def alert_of(item: Item) -> Alert | None:
    """The alert that an item is; None of any other item."""
    if not item["sk"].startswith(at.ALERTS_FROM):
        return None
    budget = _from_item({**item, "sk": at.budget_sk(item["budget_id"])})
    workspace_id = item["pk"].split("#", 1)[1]
    return Alert(workspace_id, budget, item["level"], item["period_start"], Decimal(item["spend"]), item["at"])


def _from_item(item: Item) -> Budget:
    said: dict[str, Any] = {field: item.get(field) for field in _FIELDS}
    return Budget(
        id=item["sk"].removeprefix(at.BUDGETS_FROM),
        amount=Decimal(item["amount"]),
        warning_threshold=Decimal(item["warning_threshold"]),
        **said,
    )


def _place(workspace_id: str, budget_id: str) -> Item:
    return {"pk": at.budgets_pk(workspace_id), "sk": at.budget_sk(budget_id)}


def _seconds(moment: str) -> float:
    return times.parse(moment).timestamp()
