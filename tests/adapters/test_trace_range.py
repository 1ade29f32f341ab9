"""How many traces an export would have is counted by the index, and only as far as an export may reach."""

from typing import Any

import pytest
from moto.dynamodb.models import table as moto_table

from local.capacity import record_calls
from tests.factories import PROJECT, WORKSPACE, make_trace
from wakeline.adapters.dynamodb import keys
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.adapters.dynamodb.table import dynamodb, name, typed_item
from wakeline.adapters.dynamodb.trace_range import DynamoTraceRange

FIRST, LAST = "2026-03-21T00:00:00.000000Z", "2026-03-21T23:59:59.999999Z"


def at(minute: int) -> str:
    return f"2026-03-21T12:{minute:02d}:00.000000Z"


@pytest.fixture
def traces(embedded: Any, monkeypatch: pytest.MonkeyPatch) -> DynamoTraceRange:
    """Twenty traces, one a minute, every fourth of another project and agent; two or so fill a page."""
    ledger = DynamoLedger()
    for n in range(20):
        project, agent = ("proj_2", "rare") if n % 4 == 0 else (PROJECT, "busy")
        ledger.create(make_trace(f"t{n:02d}", project_id=project, agent_id=agent, started_at=f"{at(n)[:19]}.000Z"))
    monkeypatch.setattr(moto_table, "RESULT_SIZE_LIMIT", 1_500)
    return DynamoTraceRange()


def count(traces: DynamoTraceRange, first: str, last: str, most: int, **narrowed: str | None) -> int:
    asked = {"project_id": None, "agent_id": None, **narrowed}
    return traces.count(WORKSPACE, asked["project_id"], first, last, asked["agent_id"], most)


@pytest.mark.parametrize(("first", "last", "there"), [(FIRST, LAST, 20), (at(0), at(19), 20), (at(3), at(16), 14)])
@pytest.mark.parametrize("most", [20, 14, 13, 5, 1])
def test_it_is_exact_up_to_the_limit_and_beyond_it_above(traces, first, last, there, most):
    counted = count(traces, first, last, most)
    assert counted == there if there <= most else counted > most


@pytest.mark.parametrize(("narrowed", "there"), [({"project_id": PROJECT}, 15), ({"agent_id": "rare"}, 5)])
def test_a_project_and_an_agent_narrow(traces, narrowed, there):
    assert count(traces, FIRST, LAST, 15, **narrowed) == there
    assert count(traces, at(1), at(3), 15, **narrowed) == (3 if "project_id" in narrowed else 0)


def test_all_there_is_is_refused_by_its_first_pages(traces):
    with record_calls() as few:
        assert count(traces, FIRST, LAST, 19) > 19
    assert len(few.dynamodb) == 7  # four pages of the range, all there is, a look before it and one behind it
    with record_calls() as whole:
        assert count(traces, FIRST, LAST, 20) == 20
    assert len(whole.dynamodb) > len(few.dynamodb)


def test_what_is_counted_decides_and_not_the_total_that_is_kept(traces):
    """An audit export is whole even should the total be wrong; it could only be refused too early."""
    dynamodb().update_item(
        TableName=name(),
        Key=typed_item({"pk": keys.trace_count_pk(WORKSPACE), "sk": keys.trace_count_sk("t00")}),
        UpdateExpression="ADD n :by",
        ExpressionAttributeValues=typed_item({":by": -19}),
    )
    assert count(traces, FIRST, LAST, 20) == 20
    assert count(traces, FIRST, LAST, 19) > 19


def test_an_agent_among_many_is_not_looked_for_without_end(traces):
    assert count(traces, FIRST, LAST, 2, agent_id="nobody") == 0
    assert count(traces, FIRST, LAST, 1, agent_id="nobody") > 1
