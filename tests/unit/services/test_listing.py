"""Lists of traces: order, totals, cursors, bounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import WORKSPACE, make_trace
from tests.fakes.ledger import MemoryLedger
from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Invalid, NotFound
from wakeline.domain.trace_filter import TraceFilter
from wakeline.domain.trace_index import place_of
from wakeline.services import listing
from wakeline.services.listing import TraceQuery, list_traces, visible_traces

NOW = datetime(2026, 3, 21, 13, 0, tzinfo=UTC)


def caller(project_id=None, workspace_id=WORKSPACE):
    return Caller(workspace_id, project_id, "key_1", "key", frozenset({"traces:read"}), "unlimited")


EVERYTHING = TraceQuery()


def store_of(count, **facts):
    store = MemoryLedger()
    for number in range(count):
        said = {name: value(number) if callable(value) else value for name, value in facts.items()}
        started = times.render(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=number))
        store.create(make_trace(f"trc_{number:04d}", **({"started_at": started} | said)))
    return store


def ids(page):
    return [trace.id for trace in page.traces]


def walk(store, query=EVERYTHING):
    """Every page from the cursor of the one before."""
    found = []
    while True:
        page = list_traces(store, store, caller(), query, NOW)
        found.append(page)
        assert len(found) < 300
        if page.next_cursor is None:
            return found
        query = TraceQuery(query.filter, query.project_id, query.limit, 0, page.next_cursor)


class Counting(MemoryLedger):
    """Counts what a list costs."""

    def __init__(self, of):
        super().__init__()
        self.traces = of.traces
        self.asked, self.entries_read, self.heads_read = 0, 0, 0

    def entries(self, *args, **named):
        found = super().entries(*args, **named)
        self.asked += 1
        self.entries_read += len(found[0])
        return found

    def heads(self, workspace_id, trace_ids):
        self.heads_read += len(trace_ids)
        return super().heads(workspace_id, trace_ids)


def test_newest_first_and_ties_by_id():
    store = store_of(3, started_at="2026-03-01T00:00:00.000Z")
    store.create(make_trace("newest", started_at="2026-03-01T00:00:00.000001Z"))
    assert ids(list_traces(store, store, caller(), TraceQuery(), NOW)) == ["newest", "trc_0002", "trc_0001", "trc_0000"]


def test_an_empty_workspace():
    store = MemoryLedger()
    page = list_traces(store, store, caller(), TraceQuery(), NOW)
    assert (page.traces, page.total, page.total_exact, page.next_cursor) == ([], 0, True, None)


def test_a_workspace_and_a_project_see_their_own():
    store = store_of(4, project_id=lambda number: f"proj_{number % 2}")
    store.create(make_trace("foreign", "ws_2"))
    assert len(walk(store)[0].traces) == 4
    assert ids(list_traces(store, store, caller("proj_1"), TraceQuery(), NOW)) == ["trc_0003", "trc_0001"]
    by_filter = list_traces(store, store, caller(), TraceQuery(project_id="proj_0"), NOW)
    assert (ids(by_filter), by_filter.total) == (["trc_0002", "trc_0000"], 2)
    with pytest.raises(NotFound):
        list_traces(store, store, caller("proj_1"), TraceQuery(project_id="proj_0"), NOW)


@given(st.integers(0, 30), st.integers(1, 12), st.sampled_from([TraceFilter(), TraceFilter(author="a")]))
def test_pages_by_cursor_are_the_whole_list(count, limit, wanted):
    store = store_of(count, author=lambda number: "ab"[number % 2])
    expected = [f"trc_{n:04d}" for n in reversed(range(count)) if wanted.author is None or n % 2 == 0]
    found = walk(store, TraceQuery(wanted, limit=limit))
    assert [trace_id for page in found for trace_id in ids(page)] == expected
    assert {(page.total, page.total_exact) for page in found} == {(len(expected), True)}
    assert [page.offset for page in found] == list(range(0, max(1, len(expected)), limit))
    assert all(page.traces for page in found[1:])


@given(st.integers(0, 12), st.integers(1, 12), st.booleans())
def test_pages_by_offset(offset, limit, filtered):
    store = store_of(10, author="a")
    query = TraceQuery(TraceFilter(author="a") if filtered else TraceFilter(), limit=limit, offset=offset)
    page = list_traces(store, store, caller(), query, NOW)
    assert ids(page) == [f"trc_{n:04d}" for n in reversed(range(10))][offset : offset + limit]
    assert (page.total, page.next_cursor is None) == (10, offset + limit >= 10)


def test_a_time_range_includes_both_ends():
    store = store_of(5)
    wanted = TraceFilter(started_from="2026-03-01T01:00:00.000Z", started_to="2026-03-01T03:00:00.000Z")
    page = list_traces(store, store, caller(), TraceQuery(wanted), NOW)
    assert (ids(page), page.total) == (["trc_0003", "trc_0002", "trc_0001"], 3)


def test_running_and_stale_are_told_apart():
    recent, old = times.render(NOW - timedelta(minutes=29)), times.render(NOW - timedelta(minutes=31))
    store = store_of(6, last_at=lambda number: recent if number % 2 else old)
    store.create(make_trace("done", status="completed", ended_at=recent))
    for status, expected in (("running", [5, 3, 1]), ("stale", [4, 2, 0])):
        found = walk(store, TraceQuery(TraceFilter(status=status), limit=2))
        assert [trace.id for page in found for trace in page.traces] == [f"trc_{n:04d}" for n in expected]
        assert found[0].total == 3
    assert ids(list_traces(store, store, caller(), TraceQuery(TraceFilter(status="completed")), NOW)) == ["done"]


def test_what_is_deleted_while_listing_is_left_out():
    class Lagging(MemoryLedger):
        def heads(self, workspace_id, trace_ids):
            found = super().heads(workspace_id, trace_ids)
            found.pop("trc_0001")
            return found | {"trc_0002": replace(found["trc_0002"], deleted={"at": times.render(NOW)})}

    store = Lagging()
    store.traces = store_of(4).traces
    assert ids(list_traces(store, store, caller(), TraceQuery(), NOW)) == ["trc_0003", "trc_0000"]


def test_without_filters_nothing_is_counted():
    store = Counting(store_of(50))
    page = list_traces(store, store, caller(), TraceQuery(limit=5, offset=10), NOW)
    assert (page.total, store.asked, store.entries_read, store.heads_read) == (50, 1, 16, 5)
    list_traces(store, store, caller(), TraceQuery(limit=5, cursor=page.next_cursor), NOW)
    assert (store.asked, store.entries_read, store.heads_read) == (2, 22, 10)


def test_a_cursor_does_not_count_again():
    store = Counting(store_of(2500, author=lambda number: "rare" if number % 100 == 0 else "other"))
    first = list_traces(store, store, caller(), TraceQuery(TraceFilter(author="rare"), limit=5), NOW)
    assert (first.total, store.entries_read) == (25, 2500)
    second = list_traces(
        store, store, caller(), TraceQuery(TraceFilter(author="rare"), limit=5, cursor=first.next_cursor), NOW
    )
    assert (second.total, len(second.traces)) == (25, 5)
    assert store.entries_read < 2500 + 1000


@pytest.fixture
def short(monkeypatch):
    """Bounds that small stores reach."""
    monkeypatch.setattr(listing, "MAX_READ", 10)
    monkeypatch.setattr(listing, "_PAGE", 4)


@pytest.mark.usefixtures("short")
def test_a_total_that_needs_too_much_is_the_count_so_far():
    store = store_of(25, author=lambda number: "rare" if number in (0, 24) else "other")
    found = walk(store, TraceQuery(TraceFilter(author="rare"), limit=5))
    assert (found[0].total, found[0].total_exact) == (1, False)
    assert [trace.id for page in found for trace in page.traces] == ["trc_0024", "trc_0000"]
    assert len(found) == 3


@pytest.mark.usefixtures("short")
def test_the_last_page_that_an_offset_may_reach():
    store = store_of(30)
    page = list_traces(store, store, caller(), TraceQuery(limit=5, offset=20), NOW)
    assert (len(page.traces), page.total, page.total_exact) == (5, 30, True)


@pytest.mark.parametrize("page", [4, 1000])
def test_heads_read_for_a_status_are_bounded(monkeypatch, page):
    monkeypatch.setattr(listing, "MAX_HEADS", 10)
    monkeypatch.setattr(listing, "_PAGE", page)
    store = Counting(store_of(35, last_at=times.render(NOW)))
    found = walk(store, TraceQuery(TraceFilter(status="running"), limit=4))
    assert (found[0].total, found[0].total_exact) == (10, False)
    assert len({trace.id for page in found for trace in page.traces}) == sum(len(page.traces) for page in found) == 35


def test_an_offset_too_far_says_what_to_do():
    store = MemoryLedger()
    with pytest.raises(Invalid, match="cursor") as refused:
        list_traces(store, store, caller(), TraceQuery(offset=10_001), NOW)
    assert refused.value.field == "offset"


def test_a_cut_page_goes_on_where_it_was_cut():
    store = store_of(6)
    page = list_traces(store, store, caller(), TraceQuery(limit=5), NOW).cut(2)
    assert ids(page) == ["trc_0005", "trc_0004"]
    rest = walk(store, TraceQuery(limit=5, cursor=page.next_cursor))
    assert (ids(rest[0]), rest[0].offset) == (["trc_0003", "trc_0002", "trc_0001", "trc_0000"], 2)
    assert page.cut(2) is page


def test_all_visible_traces_a_hundred_at_a_time():
    store = Counting(store_of(230, project_id=lambda number: f"proj_{number % 2}"))
    assert len(list(visible_traces(store, store, caller()))) == 230
    assert store.asked == 3
    mine = [trace.id for trace in visible_traces(store, store, caller("proj_1"))]
    assert mine == [f"trc_{n:04d}" for n in reversed(range(230)) if n % 2]
    after = place_of("2026-03-01T05:00:00.000Z", "trc_0005")
    assert next(visible_traces(store, store, caller(), after=after)).id == "trc_0004"
    with pytest.raises(NotFound):
        list(visible_traces(store, store, caller("proj_1"), "proj_0"))
