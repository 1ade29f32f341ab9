"""GET and POST /api/budgets, PUT and DELETE /api/budgets/{budget_id}, GET /api/budgets/status"""

from datetime import UTC, datetime, timedelta

import pytest

from local.engine import record_calls
from tests.endpoints.rolled import roll
from tests.factories import llm_call

PATH = "/api/budgets"
DAILY = {"name": "Daily Limit", "amount": 50.00, "period": "daily", "warning_threshold": 0.8, "project": ""}


@pytest.fixture
def writer(workspace):
    return workspace.key("budgets:write", "traces:read")


def create(stack, key, **said):
    return stack.call("POST", PATH, key=key, body=DAILY | said)


def status(stack, workspace):
    answer = stack.call("GET", f"{PATH}/status", key=workspace.reader)
    assert answer.status == 200, answer.body
    return answer.json["budgets"]


def now():
    return datetime.now(UTC)


def spent(workspace, amount, days_ago=0, **facts):
    moment = (now() - timedelta(days=days_ago)).isoformat()
    workspace.trace(events=[llm_call(cost_usd=amount) | {"timestamp": moment}], **facts)
    roll(workspace)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PATH), ("POST", PATH), ("PUT", f"{PATH}/b"), ("DELETE", f"{PATH}/b"), ("GET", f"{PATH}/status")],
)
def test_anonymous_and_missing_scope(stack, workspace, method, path):
    body = DAILY if method in ("POST", "PUT") else None
    assert stack.call(method, path, body=body).status == 401
    key = workspace.writer if method == "GET" else workspace.key("traces:read", "traces:write")
    assert stack.call(method, path, key=key, body=body).status == 403


def test_another_workspaces_budget_is_not_there(stack, workspace, elsewhere, writer):
    made = create(stack, writer).json
    other = elsewhere.key("budgets:write", "traces:read")
    path = f"{PATH}/{made['id']}"
    assert stack.call("PUT", path, key=other, body=DAILY).status == 404
    assert stack.call("DELETE", path, key=other).status == 404
    assert stack.call("GET", PATH, key=other).json == {"budgets": []}
    assert stack.call("GET", PATH, key=writer).json == {"budgets": [made]}


def test_a_budgets_life(stack, workspace, writer):
    made = create(stack, writer)
    assert made.status == 201
    assert {name: made.json[name] for name in DAILY} == DAILY
    second = create(stack, writer, name="Monthly", period="monthly").json
    path = f"{PATH}/{made.json['id']}"
    changed = stack.call("PUT", path, key=writer, body=DAILY | {"amount": 10, "period": "weekly"})
    assert (changed.status, changed.json["amount"], changed.json["period"]) == (200, 10, "weekly")
    assert changed.json["created_at"] == made.json["created_at"]
    assert stack.call("GET", PATH, key=workspace.reader).json == {"budgets": [changed.json, second]}
    assert stack.call("DELETE", path, key=writer).json == {"status": "deleted"}
    assert stack.call("DELETE", path, key=writer).status == 404
    assert stack.call("PUT", path, key=writer, body=DAILY).status == 404
    assert stack.call("GET", PATH, key=workspace.reader).json == {"budgets": [second]}
    noted = stack.call("GET", "/api/traces/wakeline:audit/events", key=workspace.reader).json["events"]
    actions = [each["payload"]["action"] for each in noted]
    assert actions == ["budget.created", "budget.created", "budget.updated", "budget.deleted"]


def test_the_same_key_makes_one_budget(stack, writer):
    headers = {"Idempotency-Key": "once"}
    first = stack.call("POST", PATH, key=writer, body=DAILY, headers=headers)
    again = stack.call("POST", PATH, key=writer, body=DAILY, headers=headers)
    assert first.json == again.json
    assert len(stack.call("GET", PATH, key=writer).json["budgets"]) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"amount": 0}, "amount"),
        ({"amount": 5e-324}, "amount"),
        ({"amount": "50"}, "amount"),
        ({"amount": -1}, "amount"),
        ({"period": "yearly"}, "period"),
        ({"warning_threshold": 80}, "warning_threshold"),
        ({"project": None}, "project"),
        ({"amount_usd": 5}, "amount_usd"),
    ],
)
def test_a_bad_field_is_named(stack, writer, said, field):
    answer = create(stack, writer, **said)
    assert (answer.status, answer.error["details"][0]["field"]) == (422, field)
    assert stack.call("GET", PATH, key=writer).json == {"budgets": []}


def test_too_long_a_name_is_told_in_characters(stack, writer):
    assert create(stack, writer, name="x" * 200).status == 201
    assert create(stack, writer, name="x" * 201).error["message"] == "name: String should have at most 200 characters"


def test_status(stack, workspace, writer):
    create(stack, writer, amount=1)
    create(stack, writer, amount=1, project="shop", name="shop")
    create(stack, writer, amount=100, period="monthly", warning_threshold=0.5)
    spent(workspace, 0.5, cwd="/home/ann/shop")
    spent(workspace, 0.25, cwd="/home/ann/web")
    spent(workspace, 40.0, days_ago=40)
    daily, shop, monthly = status(stack, workspace)
    assert (daily["current_spend"], daily["percentage"], daily["status"]) == (0.75, 75.0, "ok")
    assert (shop["current_spend"], shop["percentage"], shop["status"]) == (0.5, 50.0, "ok")
    assert (monthly["current_spend"], monthly["status"]) == (0.75, "ok")
    assert daily["period_start"] == daily["period_end"] == now().date().isoformat()
    assert monthly["period_start"].endswith("-01")
    spent(workspace, 0.05)
    assert status(stack, workspace)[0]["status"] == "warning"
    spent(workspace, 0.2)
    assert (status(stack, workspace)[0]["status"], status(stack, workspace)[0]["percentage"]) == ("exceeded", 100.0)


def test_a_projects_key_has_budgets_of_its_project(stack, workspace, writer):
    key = workspace.key("budgets:write", "traces:read", project="proj_2")
    whole, mine = create(stack, writer, amount=1).json, create(stack, key, amount=1).json
    assert (whole["project_id"], mine["project_id"]) == (None, "proj_2")
    assert stack.call("GET", PATH, key=key).json == {"budgets": [mine]}
    assert stack.call("DELETE", f"{PATH}/{whole['id']}", key=key).status == 404
    spent(workspace, 0.5, project_id="proj_1")
    spent(workspace, 0.25, project_id="proj_2")
    assert [each["current_spend"] for each in status(stack, workspace)] == [0.75, 0.25]


def test_unpriced_calls_are_told(stack, workspace, writer):
    create(stack, writer)
    workspace.trace(events=[llm_call(model="nobody-knows-it", cost_usd=None) | {"timestamp": now().isoformat()}])
    roll(workspace)
    (found,) = status(stack, workspace)
    assert (found["current_spend"], found["unpriced_calls"]) == (0, 1)


def test_what_it_costs(stack, workspace, writer):
    create(stack, writer, period="monthly")
    spent(workspace, 1.0)
    status(stack, workspace)
    with record_calls() as calls:
        status(stack, workspace)
    # The key, the budgets; of each budget the rows that count, the prices and the days of its period.
    assert [call.operation for call in calls.dynamodb] == ["UpdateItem", "Query", "GetItem", "GetItem", "Query"]
