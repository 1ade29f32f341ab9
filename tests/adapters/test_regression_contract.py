"""One contract for `RegressionStore`, kept by the fake and by DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from local.capacity import record_calls
from tests.factories import NOON
from tests.fakes.replay import MemoryRegressions
from wakeline.adapters.dynamodb.regressions import DynamoRegressions
from wakeline.domain.replay import Substitution
from wakeline.domain.replay.regression import RegressionRun, Row

ASKED = RegressionRun(
    workspace_id="ws_1",
    project_id="proj_1",
    incident_id="inc_1",
    id="rgr_0001",
    label="unhandled_error",
    status="requested",
    engine="recorded",
    created_at=NOON,
    created_by="key_1",
    updated_at=NOON,
    substitutions=(Substitution("tool_output", {"a": "ä"}, "s1"),),
)
ENDED = replace(
    ASKED,
    status="completed",
    rows=(Row("trc_1", "incident", "fail", "pass", "unhandled_error is not found"),),
    version=1,
)


@pytest.fixture(params=["memory", "aws"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryRegressions()
    request.getfixturevalue("engine")
    return DynamoRegressions()


def test_a_run_is_read_back(store):
    assert store.get("ws_1", "inc_1", ASKED.id) is None
    assert store.put(ASKED)
    assert store.get("ws_1", "inc_1", ASKED.id) == ASKED
    assert store.get("ws_2", "inc_1", ASKED.id) is None
    assert store.get("ws_1", "inc_2", ASKED.id) is None


def test_it_goes_on_from_what_was_read(store):
    assert not store.put(ENDED, 0)
    assert store.put(ASKED)
    assert not store.put(ASKED)
    assert store.put(ENDED, 0)
    assert not store.put(replace(ENDED, status="failed"), 0)
    assert store.get("ws_1", "inc_1", ASKED.id) == ENDED


def test_lists_newest_first_in_pages(store):
    for number in range(1, 6):
        store.put(replace(ASKED, id=f"rgr_{number:04d}"))
    store.put(replace(ASKED, incident_id="inc_2"))
    store.put(replace(ASKED, workspace_id="ws_2"))
    found: list[int] = []
    before = None
    while True:
        page, before = store.page("ws_1", "inc_1", before, 2)
        assert len(page) <= 2
        found += [int(run.id[-1]) for run in page]
        if before is None:
            break
    assert found == [5, 4, 3, 2, 1]


def test_what_it_costs(embedded):
    store = DynamoRegressions()
    with record_calls() as calls:
        store.put(ASKED)
        store.get("ws_1", "inc_1", ASKED.id)
        store.put(ENDED, 0)
        store.page("ws_1", "inc_1", None, 20)
    assert calls.operations == ["PutItem", "GetItem", "PutItem", "Query"]
    assert calls.rcu <= 2
