"""A dashboard of all thirteen statistics over a million events reads a few hundred items."""

import json
from datetime import timedelta

import pytest

from bench.analytics_rows import DAYS, EVENTS, PROJECTS, SESSIONS, TODAY, rows, write
from tests.endpoints.rolled import ask
from tests.endpoints.stack import Workspace
from tests.endpoints.stats.test_access import PATHS
from wakeline.wiring import stats

MOST = 2_000


@pytest.fixture(scope="module")
def busy(stack):
    workspace = Workspace.fresh(stack)
    write(stats.rollups(), workspace.id, rows())
    for _ in range(250):
        workspace.trace(started_at=f"{TODAY.isoformat()}T00:00:00.000Z")
    return workspace


def items_read(stack, workspace, **query):
    """The items that thirteen answers took, and the capacity units."""
    read = 0

    def count(service, operation, _request, answer):
        nonlocal read
        if service == "dynamodb" and operation in ("Query", "GetItem", "BatchGetItem"):
            said = json.loads(answer[2])
            read += said.get("Count", 0) + ("Item" in said) + sum(map(len, said.get("Responses", {}).values()))

    trace = workspace.trace()
    stack.engine.after_call.append(count)
    try:
        for path, wanted in PATHS.items():
            named = {"session_id": trace.id} if "session_id" in wanted else {}
            dated = {} if named else query
            project = {"project": "project-3"} if "project" in wanted else {}
            ask(workspace, path, **named, **project, **dated)
    finally:
        stack.engine.after_call.remove(count)
    return read


def test_all_days(stack, busy):
    totals = ask(busy)["total"]
    assert totals["sessions"] == DAYS * PROJECTS * SESSIONS > 10_000
    assert totals["tool_calls"] * 5 == DAYS * PROJECTS * SESSIONS * EVENTS > 1_000_000
    assert items_read(stack, busy) < 800


def test_a_range_of_days(stack, busy):
    first = TODAY - timedelta(days=DAYS - 1)
    assert items_read(stack, busy, from_=first.isoformat(), to=TODAY.isoformat()) < MOST


def test_one_project(stack, busy):
    assert items_read(stack, busy, project_id="proj_1") < MOST
