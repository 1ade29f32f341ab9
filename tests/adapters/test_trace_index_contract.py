"""The half of the contract that lists traces (`TraceIndex`), and the transactions that keep its totals exact."""

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.made import FULL, TRACE, filled
from tests.factories import NOON, PROJECT, WORKSPACE, make_trace
from tests.fakes.ledger import MemoryLedger
from wakeline.adapters import aws
from wakeline.adapters.dynamodb.ledger import DynamoLedger


@pytest.fixture(params=["memory", "engine", "over_http"])
def store(request) -> Any:
    if request.param == "memory":
        return MemoryLedger()
    request.getfixturevalue(request.param)
    return DynamoLedger()


class TestIndex:
    def traces(self, store: Any) -> None:
        """Nine traces of two projects, one a minute; every third in project 2."""
        for n in (3, 1, 8, 0, 5, 2, 7, 4, 6):
            project = "proj_2" if n % 3 == 0 else PROJECT
            started = f"2026-03-21T12:0{n}:00.000Z"
            store.create(make_trace(f"trc_{n}", project_id=project, started_at=started))
        store.create(make_trace("elsewhere", "ws_2"))

    def listed(self, store: Any, project: str | None = None, **asked: Any) -> list[str]:
        entries, after = store.entries(WORKSPACE, project, **asked)
        assert after is None
        return [entry.trace_id for entry in entries]

    def test_newest_first(self, store):
        self.traces(store)
        assert self.listed(store) == [f"trc_{n}" for n in range(8, -1, -1)]
        assert self.listed(store, "proj_2") == ["trc_6", "trc_3", "trc_0"]
        assert self.listed(store, "proj_none") == []

    def test_equal_starts_are_in_order_of_ids(self, store):
        for trace_id in ("b", "a", "c"):
            store.create(make_trace(trace_id))
        assert self.listed(store) == ["c", "b", "a"]

    def test_milliseconds_and_microseconds_are_in_order_of_time(self, store):
        store.create(make_trace("micro", started_at="2026-03-21T12:00:00.000001Z"))
        store.create(make_trace("milli", started_at="2026-03-21T12:00:00.000Z"))
        store.create(make_trace("later", started_at="2026-03-21T12:00:00.001Z"))
        assert self.listed(store) == ["later", "micro", "milli"]

    def test_ranges_include_both_ends(self, store):
        self.traces(store)
        assert self.listed(store, started_from="2026-03-21T12:06:00.000Z") == ["trc_8", "trc_7", "trc_6"]
        assert self.listed(store, started_to="2026-03-21T12:01:00.000Z") == ["trc_1", "trc_0"]
        between = {"started_from": "2026-03-21T12:03:00.000Z", "started_to": "2026-03-21T12:06:00.000Z"}
        assert self.listed(store, **between) == ["trc_6", "trc_5", "trc_4", "trc_3"]
        assert self.listed(store, "proj_2", **between) == ["trc_6", "trc_3"]
        assert self.listed(store, started_from="2026-03-21T12:06:00.000001Z") == ["trc_8", "trc_7"]

    @pytest.mark.parametrize("project", [None, PROJECT])
    def test_nothing_began_between_a_time_and_one_before_it(self, store, project):
        self.traces(store)
        asked = {"started_from": "2026-03-21T12:06:00.000Z", "started_to": "2026-03-21T12:03:00.000Z"}
        assert self.listed(store, project, **asked) == []

    def test_nothing_follows_a_position_outside_of_the_range(self, store):
        self.traces(store)
        asked = {"started_from": "2026-03-21T12:03:00.000Z", "started_to": "2026-03-21T12:06:00.000Z"}
        assert self.listed(store, after="2026-03-21T12:01:00.000000Z#trc_1", **asked) == []

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 9, 10])
    @pytest.mark.parametrize("project", [None, PROJECT])
    def test_paging_by_position_shows_each_once(self, store, limit, project):
        self.traces(store)
        seen: list[str] = []
        after: str | None = None
        for _ in range(12):
            entries, following = store.entries(WORKSPACE, project, after=after, limit=limit)
            assert len(entries) <= limit
            seen += [entry.trace_id for entry in entries]
            if following is not None:
                assert entries[-1].place == following
            after = following
            if after is None:
                break
        assert seen == self.listed(store, project)

    def test_a_position_is_any_entrys_place(self, store):
        self.traces(store)
        entries, _ = store.entries(WORKSPACE, None)
        assert self.listed(store, after=entries[3].place) == [entry.trace_id for entry in entries[4:]]

    def test_an_entry_says_what_lists_filter_by(self, store):
        store.create(make_trace(TRACE, **FULL))
        ((entry,), _) = store.entries(WORKSPACE, PROJECT)
        assert (entry.trace_id, entry.project_id, entry.started_at) == (TRACE, PROJECT, NOON)
        assert (entry.status, entry.outcome, entry.summary) == ("running", "in_progress", "name")
        assert (entry.agent_id, entry.author, entry.repo, entry.cwd) == ("agt_1", "Ada", "org/repo", "/src")
        assert (entry.models, entry.tags) == ((), ("one", "two"))

    def test_entries_follow_head(self, store):
        trace, _ = filled(store, 1)
        ended = replace(trace, status="failed", models=["m"], version=trace.version + 1).sealed()
        store.write_head(ended, trace.version)
        ((entry,), _) = store.entries(WORKSPACE, None)
        assert (entry.status, entry.outcome, entry.models) == ("failed", "blocked", ("m",))

    def test_counts(self, store):
        self.traces(store)
        assert (store.count(WORKSPACE, None), store.count(WORKSPACE, "proj_2")) == (9, 3)
        assert (store.count("ws_2", None), store.count("ws_3", None), store.count(WORKSPACE, "none")) == (1, 0, 0)

    def test_a_deleted_trace_leaves_index_and_count_and_keeps_its_tombstone(self, store):
        self.traces(store)
        trace = store.head(WORKSPACE, "trc_3")
        gone = replace(trace, deleted={"at": NOON, "by": "me"}, version=1).sealed()
        assert store.write_head(replace(gone, version=6).sealed(), 5) is False
        assert store.count(WORKSPACE, None) == 9
        assert store.write_head(gone, 0) is True
        assert "trc_3" not in self.listed(store)
        assert self.listed(store, "proj_2") == ["trc_6", "trc_0"]
        assert (store.count(WORKSPACE, None), store.count(WORKSPACE, "proj_2")) == (8, 2)
        assert store.head(WORKSPACE, "trc_3") == gone
        assert store.create(trace) is False


class TestTransactions:
    """DynamoDB cancels a transaction that meets another; the embedded engine never does, so a test says it."""

    def cancelled(self, monkeypatch, *codes: str) -> list[int]:
        """The next calls of TransactWriteItems are cancelled for these reasons; the list counts all calls."""
        client = aws.client("dynamodb")
        real, calls, left = client.transact_write_items, [], list(codes)

        def answer(**request: Any) -> Any:
            calls.append(1)
            if left:
                reasons = [{"Code": left.pop(0)}, {"Code": "None"}, {"Code": "None"}]
                error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
                raise client.exceptions.TransactionCanceledException(error, "TransactWriteItems")
            return real(**request)

        monkeypatch.setattr(client, "transact_write_items", answer)
        monkeypatch.setattr("time.sleep", lambda _: None)
        return calls

    def test_a_conflict_is_tried_again(self, engine, monkeypatch):
        calls = self.cancelled(monkeypatch, "TransactionConflict", "ThrottlingError", "TransactionConflict")
        assert DynamoLedger().create(make_trace(TRACE)) is True
        assert len(calls) == 4
        assert DynamoLedger().count(WORKSPACE, None) == 1

    def test_but_not_for_ever(self, engine, monkeypatch):
        self.cancelled(monkeypatch, *["TransactionConflict"] * 100)
        with pytest.raises(Exception, match="try again"):
            DynamoLedger().create(make_trace(TRACE))

    def test_another_reason_is_an_error(self, engine, monkeypatch):
        calls = self.cancelled(monkeypatch, "ValidationError")
        with pytest.raises(Exception, match="TransactionCanceled"):
            DynamoLedger().create(make_trace(TRACE))
        assert len(calls) == 1
