"""The stores of statistics, budgets, settings, commits: fake and DynamoDB do the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import NOON
from tests.fakes.stats import MemoryBudgets, MemoryCommits, MemoryConfig, MemoryRollups
from wakeline.adapters.dynamodb.budgets import DynamoBudgets
from wakeline.adapters.dynamodb.commits import DynamoCommits, request_item, request_of
from wakeline.adapters.dynamodb.config import DynamoConfig
from wakeline.adapters.dynamodb.rollups import DynamoRollups
from wakeline.domain.budgets import Alert, Budget
from wakeline.domain.commits import Commit, SyncRequest
from wakeline.domain.config import Config
from wakeline.domain.rollups.counts import Counts
from wakeline.domain.rollups.mark import Generations, Mark, Row
from wakeline.domain.rollups.snapshot import EVER, Group, Place, Snapshot

GROUP = Group("proj_1", "/home/ann/a #1/é 🙂", "")
DOLLARS = Decimal("0.1000000000000000055511151231257827")
COUNTS: Counts = {("total", "", "events"): 3, ("use", '["a"]', "list_cost"): DOLLARS}
SNAPSHOT = Snapshot(
    GROUP, "2026-03-21", {("2026-03-21", "main"): {("total", "", "events"): 0, ("tool", "é", "calls"): 2}}
)
DAYS = ("1970-01-01", "2026-03-20", "2026-03-21", "2099-12-31")


@pytest.fixture(params=["fake", "dynamodb"])
def made(request, engine):
    """Whether to make the fake or the real one."""
    del engine
    return request.param


@pytest.fixture
def rollups(made):
    return MemoryRollups() if made == "fake" else DynamoRollups()


@pytest.fixture
def budgets(made):
    return MemoryBudgets() if made == "fake" else DynamoBudgets()


@pytest.fixture
def config(made):
    return MemoryConfig() if made == "fake" else DynamoConfig()


@pytest.fixture
def commits(made):
    return MemoryCommits() if made == "fake" else DynamoCommits()


def mark(token, **said):
    facts = {"trace_id": "a", "generation": 0, "next_index": 4, "want": SNAPSHOT, "have": SNAPSHOT, "token": token}
    return Mark(**{**facts, "open": {"span:x": ["Bash", NOON, "3"]}, **said})


def put(store, *days, token="r1"):
    return store.write("ws_1", 0, [], {Place("W", "main", day): (None, COUNTS) for day in days}, token)


def test_marks_and_rows_are_written_together_or_not_at_all(rollups):
    place = Place("W", "main", EVER)
    assert rollups.write("ws_1", 0, [(None, mark("m1"))], {place: (None, COUNTS)}, "r1")
    assert rollups.marks("ws_1", ["a", "b"]) == {"a": mark("m1")}
    assert rollups.marks("ws_2", ["a"]) == {}
    row = rollups.rows("ws_1", 0, [place, Place("W", "main", "2026-03-21")])
    assert row == {place: Row(COUNTS, "r1")}
    other: Counts = {("total", "", "events"): 9}
    assert not rollups.write("ws_1", 0, [(None, mark("m2"))], {place: (row[place], other)}, "r2")
    assert not rollups.write("ws_1", 0, [("m1", mark("m2"))], {place: (Row({}, "r0"), other)}, "r2")
    assert not rollups.write("ws_1", 0, [("m1", mark("m2"))], {place: (None, other)}, "r2")
    assert rollups.rows("ws_1", 0, [place]) == row
    half = mark("m2", have=Snapshot(GROUP, None))
    assert rollups.write("ws_1", 0, [("m1", half)], {place: (row[place], other)}, "r2")
    assert rollups.marks("ws_1", ["a"]) == {"a": half}
    assert rollups.rows("ws_1", 0, [place]) == {place: Row(other, "r2")}


def test_an_empty_row_goes(rollups):
    place = Place("W", "main", EVER)
    assert put(rollups, EVER)
    assert not rollups.write("ws_1", 0, [], {place: (Row({}, "r0"), {})}, "r2")
    assert rollups.write("ws_1", 0, [], {place: (Row({}, "r1"), {})}, "r2")
    assert rollups.rows("ws_1", 0, [place]) == {}
    assert rollups.ever("ws_1", 0, "W", "main") == {}


def test_days_are_read_in_order_and_within_bounds(rollups):
    assert put(rollups, *reversed(DAYS), EVER)
    assert [day for day, _ in rollups.days("ws_1", 0, "W", "main", "1970-01-01", "2099-12-31")] == list(DAYS)
    assert rollups.days("ws_1", 0, "W", "main", "2026-03-21", "2026-03-21") == [("2026-03-21", COUNTS)]
    for place in (("W", "error"), ("P.proj_1", "main")):
        assert rollups.days("ws_1", 0, *place, "1970-01-01", "2099-12-31") == []
    assert rollups.days("ws_1", 1, "W", "main", "1970-01-01", "2099-12-31") == []
    assert rollups.ever("ws_1", 0, "W", "main") == COUNTS


def test_generations(rollups):
    assert rollups.generations("ws_1") == Generations(0, 0)
    assert rollups.set_generations("ws_1", Generations(), Generations(0, 1))
    assert not rollups.set_generations("ws_1", Generations(), Generations(0, 2))
    assert rollups.set_generations("ws_1", Generations(0, 1), Generations(1, 1))
    assert rollups.generations("ws_1") == Generations(1, 1)
    assert rollups.generations("ws_2") == Generations(0, 0)


def test_a_generation_is_dropped_whole(rollups):
    assert put(rollups, *DAYS, EVER)
    assert rollups.write("ws_1", 1, [], {Place("W", "main", EVER): (None, COUNTS)}, "r1")
    assert len(list(rollups.all_rows("ws_1", 0))) == 5
    rollups.drop("ws_1", 0)
    assert list(rollups.all_rows("ws_1", 0)) == []
    assert list(rollups.all_rows("ws_1", 1)) == [(Place("W", "main", EVER), COUNTS)]


BUDGET = Budget(
    id="bud_1",
    name="Daily",
    amount=Decimal("50.5"),
    period="daily",
    warning_threshold=Decimal("0.8"),
    project="",
    project_id=None,
    created_at=NOON,
    created_by="key_1",
    updated_at=NOON,
)


def test_budgets(budgets):
    assert budgets.create("ws_1", BUDGET)
    assert not budgets.create("ws_1", BUDGET)
    other = replace(BUDGET, id="bud_2", project="/x", project_id="proj_1")
    assert budgets.create("ws_1", other)
    assert (budgets.all("ws_1"), budgets.all("ws_2")) == ([BUDGET, other], [])
    assert (budgets.get("ws_1", "bud_1"), budgets.get("ws_2", "bud_1")) == (BUDGET, None)
    changed = replace(BUDGET, amount=Decimal(1))
    assert budgets.replace("ws_1", changed)
    assert not budgets.replace("ws_2", changed)
    assert budgets.get("ws_1", "bud_1") == changed
    assert budgets.delete("ws_1", "bud_1")
    assert not budgets.delete("ws_1", "bud_1")
    assert budgets.all("ws_1") == [other]


def test_an_alert_is_noted_once_a_level_and_period(budgets):
    alert = Alert("ws_1", BUDGET, "warning", "2026-03-21", Decimal("41.1"), NOON)
    assert budgets.tell(alert)
    assert not budgets.tell(replace(alert, spend=Decimal(42)))
    assert budgets.tell(replace(alert, level="exceeded"))
    assert budgets.tell(replace(alert, period_start="2026-03-22"))
    assert budgets.all("ws_1") == []


def test_settings(config):
    assert config.current("ws_1") == Config()
    first = Config(1, {"price_overrides": {"m": {"input": 1.5, "output": 2.0}}}, NOON, "key_1")
    second = replace(first, version=2, settings={"retention_days": 3})
    assert config.put("ws_1", first)
    assert not config.put("ws_1", first)
    assert config.put("ws_1", second)
    assert not config.put("ws_1", replace(second, version=4))
    assert (config.current("ws_1"), config.current("ws_2")) == (second, Config())
    assert [config.version("ws_1", version) for version in (1, 2, 3)] == [first, second, None]


def commit(sha, at, **said):
    facts = {"message": "Mend it", "author": "Ann", "files": ("src/é.py", "b c.py"), "insertions": 3, "deletions": 0}
    return Commit(sha=sha, committed_at=at, url="", **{**facts, **said})


def test_commits_are_linked_once_and_told_oldest_first(commits):
    second, first = commit("b" * 40, "2026-03-21T10:00:00.100Z"), commit("a" * 40, "2026-03-21T10:00:00.000Z", files=())
    assert commits.of_trace("ws_1", "t") == []
    assert commits.link("ws_1", "t", [second]) == 1
    assert commits.link("ws_1", "t", [replace(second, message="rewritten"), first]) == 1
    assert commits.link("ws_1", "t", [first, second]) == 0
    assert commits.of_trace("ws_1", "t") == [first, second]
    assert commits.link("ws_1", "t2", [first]) == 1
    assert commits.link("ws_2", "t", [first]) == 1
    commits.forget("ws_1", "t")
    commits.forget("ws_1", "t")
    assert commits.of_trace("ws_1", "t") == []
    assert commits.of_trace("ws_1", "t2") == commits.of_trace("ws_2", "t") == [first]


@pytest.mark.parametrize("session_id", [None, "t"])
def test_a_request_is_read_as_it_was_noted(commits, session_id):
    asked = SyncRequest("syn_1", "ws_1", "proj_1" if session_id else None, session_id, "key_1", NOON)
    commits.request(asked)
    assert request_of(request_item(asked)) == asked
