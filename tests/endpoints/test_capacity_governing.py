"""What governing costs in DynamoDB calls and capacity units, whatever there is besides."""

import pytest

from local.engine import record_calls
from tests.endpoints.governing import POLICY, Governed
from tests.endpoints.stack import within_a_minute

PERSON = ["GetItem", "UpdateItem"]
"""Who is signed in: the workspace's plan, then the window of the minute. A key needs the second only."""
NOTED = 3
"""Calls that note a mutation in the audit trace."""


@pytest.fixture
def governed(stack, workspace):
    made = Governed(stack, workspace).ready(
        POLICY.replace("approval_ttl_s = 600", "conditions.max_actions_per_hour = 99")
    )
    # The first request of a key's minute opens its window, and the first evaluation reads the policy's text.
    within_a_minute()
    assert made.ask("read").status == 200
    assert made.stack.call("GET", "/api/v1/approvals", key=made.person).status == 200
    assert made.stack.call("POST", "/api/v1/approvals/warm/deny", key=made.person, body={}).status == 404
    assert made.outcome("warm").status == 404
    return made


def cost(ask, status=200):
    with record_calls() as calls:
        answer = ask()
    assert answer.status == status, answer.body
    return calls


def test_an_evaluation(governed):
    allowed = cost(lambda: governed.ask("read"))
    # The key, the agent, which policy is in force; then HEAD, its segment and both counts, in one transaction.
    assert allowed.operations == ["UpdateItem", "GetItem", "GetItem", "TransactWriteItems"]
    assert allowed.rcu <= 2
    assert allowed.wcu <= 1 + 2 * 8 + 6
    counted = cost(governed.ask)
    assert counted.operations == ["UpdateItem", "GetItem", "GetItem", "GetItem", "TransactWriteItems"]
    assert counted.rcu <= 3
    assert counted.wcu <= 1 + 2 * 11 + 8
    keyed = cost(lambda: governed.ask("read", again="k"))
    assert len(keyed.operations) == 4 + 3


def test_a_decision(governed):
    approval_id = governed.ask().json["approval_request_id"]
    calls = cost(lambda: governed.decide("approve", approval_id))
    reads = [*PERSON, "GetItem", "GetItem"]
    assert calls.operations[:4] == reads
    assert calls.operations[4 : 4 + NOTED] == ["GetItem", "PutItem", "PutItem"]
    assert calls.operations[-1] == "TransactWriteItems"
    assert len(calls.operations) <= 4 + NOTED + 3


def test_an_outcome(governed):
    trace_id = governed.ask("read").json["trace_id"]
    calls = cost(lambda: governed.outcome(trace_id), 204)
    assert calls.operations == ["UpdateItem", "GetItem", "GetItem", "PutItem", "PutItem"]


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_costs_two_calls_whatever_its_length(governed, count):
    for _ in range(count):
        assert governed.ask().status == 200
    calls = cost(lambda: governed.stack.call("GET", "/api/v1/approvals", key=governed.person, limit=10))
    assert calls.operations == [*PERSON, "Query", "BatchGetItem"]
    assert calls.rcu <= 12


def test_the_policy(governed):
    calls = cost(lambda: governed.stack.call("GET", "/api/v1/policy", key=governed.admin))
    assert set(calls.operations) == {"UpdateItem", "GetItem"}
    assert calls.operations.count("GetItem") == 1
    put = cost(lambda: governed.policy(POLICY + "# more"))
    assert put.operations.count("TransactWriteItems") == 1
    assert len(put.operations) <= 3 + NOTED + 1
