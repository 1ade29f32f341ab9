"""Budgets that are reached are told of once in a period, whatever the stream delivers and wherever a worker dies."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import llm_call
from wakeline import wiring
from wakeline.domain.budgets import Budget
from wakeline.wiring import stats

DAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The middle of today: a test must not run into tomorrow."""
    from dataclasses import replace

    env = replace(wiring.env(), now=lambda: DAY)
    monkeypatch.setattr(wiring, "env", lambda: env)
    monkeypatch.setattr(stats, "env", lambda: env)


def budget(**said):
    facts = {
        "id": "bud_1",
        "name": "Daily",
        "amount": Decimal(10),
        "period": "daily",
        "warning_threshold": Decimal("0.8"),
        "project": "",
        "project_id": None,
        "created_at": "2026-03-21T10:00:00.000Z",
        "created_by": "key_1",
        "updated_at": "2026-03-21T10:00:00.000Z",
        **said,
    }
    made = Budget(**facts)
    assert stats.budgets().create("ws_1", made)
    return made


def spend(workers, amount, days_ago=0, trace_id="a"):
    if wiring.ledger().head("ws_1", trace_id) is None:
        workers.trace(trace_id, cwd="/home/ann/shop")
    workers.append(trace_id, llm_call(cost_usd=amount) | {"timestamp": (DAY - timedelta(days=days_ago)).isoformat()})


def told(workers):
    """Deliver everything there is, until nothing new comes; what the bus was told of budgets."""
    seen = -1
    while seen != len(workers.records):
        seen = len(workers.records)
        assert workers.run("ReadChanges") == []
    found = [json.loads(entry["Detail"]) for entry in workers.bus if entry["DetailType"].startswith("budget.")]
    return {each["id"]: (each["type"], each["current_spend"], each["percentage"]) for each in found}.values()


def test_a_warning_then_the_end(workers):
    budget()
    spend(workers, 7.9)
    assert list(told(workers)) == []
    spend(workers, 0.1)
    assert list(told(workers)) == [("budget.warning", 8.0, 80.0)]
    spend(workers, 1.0)
    assert len(told(workers)) == 1
    spend(workers, 2.0)
    assert list(told(workers)) == [("budget.warning", 8.0, 80.0), ("budget.exceeded", 11.0, 110.0)]
    spend(workers, 5.0)
    assert len(told(workers)) == 2


def test_both_at_once_is_the_end_alone(workers):
    budget()
    spend(workers, 100.0)
    assert [kind for kind, *_ in told(workers)] == ["budget.exceeded"]


def test_spending_counts_on_the_day_it_happened(workers):
    budget()
    budget(id="bud_2", name="Monthly", period="monthly", amount=Decimal(1000))
    spend(workers, 11.0, days_ago=1)
    assert list(told(workers)) == []


def test_a_budget_of_another_project_is_not_concerned(workers):
    budget(project="web")
    budget(id="bud_2", project_id="proj_9")
    budget(id="bud_3", project="shop", name="shop")
    spend(workers, 11.0)
    (alert,) = told(workers)
    assert alert[0] == "budget.exceeded"


def test_a_worker_that_dies_before_it_tells_is_made_up_for(workers, monkeypatch):
    budget()
    spend(workers, 11.0)
    store = type(stats.budgets())

    def tell(*_):
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(store, "tell", tell)
        assert workers.run("ReadChanges") != []
    assert len(told(workers)) == 1
