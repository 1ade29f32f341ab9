"""Lists of what sessions hold: pages, totals, and what is not read."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import WORKSPACE, batch, make_trace
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain import cursor
from wakeline.domain.caller import Caller
from wakeline.domain.segments import Segment
from wakeline.domain.views.messages import Messages
from wakeline.domain.views.subagents import Subagents
from wakeline.domain.views.tool_calls import ToolCalls
from wakeline.services import ledger, session_items, view_pages
from wakeline.services.session_items import ItemQuery, list_items

CALLER = Caller(WORKSPACE, None, "key_1", "key", frozenset({"traces:read"}), "unlimited")


def tool(span, name="Bash"):
    return {"type": "tool_call", "span_id": span, "payload": {"tool_name": name, "arguments": {}}}


def done(span):
    return {"type": "tool_result", "span_id": span, "payload": {"result": span}}


OTHER = {"type": "metric", "payload": {"name": "n", "value": 1}}


class Reads(MemoryLedger):
    """Remembers which segments were handed out."""

    def __init__(self):
        super().__init__()
        self.read: list[tuple[str, int]] = []

    def segments(self, workspace_id, trace_id, from_index=0):
        for segment in super().segments(workspace_id, trace_id, from_index):
            self.read.append((trace_id, segment.first_index))
            yield segment


def store_of(*sessions, size=1):
    """Sessions of lists of events, the first one the newest; `size` events to a segment."""
    store, env = Reads(), fixed_env()
    for number, events in enumerate(sessions):
        trace_id = f"trc_{number}"
        store.create(make_trace(trace_id, started_at=f"2026-03-{28 - number:02d}T00:00:00.000Z"))
        for at in range(0, len(events), size):
            assert not ledger.append(store, env, WORKSPACE, trace_id, batch(*events[at : at + size])).rejected
    store.read.clear()
    return store


def calls_in(store, query=None, **asked):
    name = asked.get("filters", {}).get("tool_name")
    query = query or ItemQuery("tool-calls", **({"filters": {}} | asked))
    return list_items(store, store, CALLER, query, lambda trace_id, room: ToolCalls(trace_id, room, name))


def walk(store, **asked):
    found = [calls_in(store, **asked)]
    while found[-1].next_cursor is not None:
        assert len(found) < 200
        found.append(calls_in(store, **{**asked, "offset": 0, "cursor": found[-1].next_cursor}))
    return found


def spans(pages):
    return [item["id"] for page in pages for item in page.items]


events_of_a_session = st.lists(st.sampled_from(["call", "other"]), max_size=8)


@settings(max_examples=60)
@given(st.lists(events_of_a_session, max_size=5), st.integers(1, 4), st.integers(1, 5), st.integers(0, 12))
def test_pages_are_the_whole_list(sessions, size, limit, offset):
    made, expected = [], []
    for number, kinds in enumerate(sessions):
        begun = [f"{number}.{place}" for place, kind in enumerate(kinds) if kind == "call"]
        made.append(
            [tool(f"{number}.{p}") if k == "call" else OTHER for p, k in enumerate(kinds)] + [*map(done, begun)]
        )
        expected += begun
    store = store_of(*made, size=size)
    found = walk(store, limit=limit)
    assert spans(found) == expected
    assert {(page.total, page.total_exact) for page in found} == {(len(expected), True)}
    assert all(item["tool_response"] == item["id"] for page in found for item in page.items)
    assert spans([calls_in(store, limit=limit, offset=offset)]) == expected[offset : offset + limit]
    for number in range(len(sessions)):
        own = [span for span in expected if span.startswith(f"{number}.")]
        assert spans(walk(store, limit=limit, session_id=f"trc_{number}")) == own


def test_sessions_that_an_offset_passes_over_are_not_read():
    store = store_of([tool("a"), tool("b")], [tool("c")], [tool("d"), tool("e")])
    assert spans([calls_in(store, offset=3, limit=1)]) == ["d"]
    assert {trace_id for trace_id, _ in store.read} == {"trc_2"}


def test_segments_without_items_are_not_inflated(monkeypatch):
    store = store_of([tool("a"), OTHER, OTHER, tool("b"), OTHER])
    inflated = []

    def lines(segment):
        inflated.append(segment.first_index)
        return original(segment)

    original = Segment.lines
    monkeypatch.setattr(Segment, "lines", lines)
    assert spans([calls_in(store)]) == ["a", "b"]
    assert inflated == [0, 3]


def test_a_page_does_not_read_on_once_it_is_full():
    store = store_of([tool("a"), done("a"), *[tool(f"t{n}") for n in range(50)]])
    assert spans([calls_in(store, limit=1, session_id="trc_0")]) == ["a"]
    assert max(first for _, first in store.read) <= 3


def test_the_end_of_a_call_is_looked_for_only_so_far():
    far = [tool("a"), *[OTHER] * ToolCalls.lookahead, done("a")]
    store = store_of([tool("z"), *far, tool("b")])
    page = calls_in(store, limit=2, session_id="trc_0")
    assert [item["success"] for item in page.items] == [None, None]
    near = store_of([tool("a"), *[OTHER] * (ToolCalls.lookahead - 1), done("a"), tool("b")])
    assert calls_in(near, limit=1, session_id="trc_0").items[0]["success"]


def test_a_page_is_full_however_little_each_session_holds():
    store = Reads()
    for number in range(150):
        store.create(make_trace(f"trc_{number}"))
        ledger.append(store, fixed_env(), WORKSPACE, f"trc_{number}", batch(tool(str(number))))
    page = calls_in(store, limit=140)
    assert (len(page.items), page.total) == (140, 150)
    assert len(calls_in(store, limit=140, offset=140).items) == 10


@pytest.mark.parametrize("bound", ["segments", "stored", "inflated", "ledgers", "traces"])
def test_a_spent_budget_makes_a_short_page_that_goes_on(monkeypatch, bound):
    class Small(view_pages.Budget):
        def __init__(self):
            super().__init__()
            setattr(self, bound, 2)

    monkeypatch.setattr(session_items, "Budget", Small)
    sessions = [[tool(f"{number}.{place}") for place in range(5)] for number in range(5)]
    store = store_of(*sessions)
    found = walk(store, limit=100)
    assert spans(found) == [f"{number}.{place}" for number in range(5) for place in range(5)]
    assert len(found) > 2
    assert spans(walk(store, limit=100, offset=13)) == spans(found)[13:]


def test_a_total_across_too_many_sessions_is_the_count_so_far(monkeypatch):
    monkeypatch.setattr(session_items, "MAX_COUNTED", 3)
    store = store_of(*[[tool(str(number))] for number in range(5)])
    found = walk(store, limit=2)
    assert spans(found) == ["0", "1", "2", "3", "4"]
    assert {(page.total, page.total_exact) for page in found} == {(3, False)}


def test_tool_names_that_head_counts_together_are_still_found():
    names = [f"tool_{number:03d}" for number in range(120)]
    store = store_of([tool(name, name) for name in names], size=50)
    last = calls_in(store, filters={"tool_name": names[-1]})
    assert (spans([last]), last.total, last.total_exact) == ([names[-1]], 0, False)
    assert last.next_cursor is None
    first = calls_in(store, filters={"tool_name": names[0]}, session_id="trc_0")
    assert (spans([first]), first.total, first.total_exact) == ([names[0]], 1, True)


def test_a_session_deleted_between_two_pages_is_passed_over():
    store = store_of([tool("a"), tool("b")], [tool("c")])
    first = calls_in(store, limit=1)
    trace = store.head(WORKSPACE, "trc_0")
    ledger.erase(store, fixed_env(), trace, "key_1")
    assert spans([calls_in(store, cursor=first.next_cursor)]) == ["c"]


def test_what_a_dead_writer_left_past_head_is_shown_and_folded_in():
    store = store_of([tool("a")])
    behind = store.traces[WORKSPACE, "trc_0"]
    ledger.append(store, fixed_env(), WORKSPACE, "trc_0", batch(tool("b")))
    store.traces[WORKSPACE, "trc_0"] = behind
    assert spans([calls_in(store, session_id="trc_0")]) == ["a", "b"]
    assert store.head(WORKSPACE, "trc_0").counters["tool_calls"] == 2


def test_the_first_message_of_a_page_knows_its_tokens():
    said = {"type": "agent_message", "payload": {"content": "a"}}
    call = {"type": "llm_call", "payload": {"model": "m", "input_tokens": 2, "output_tokens": 1}}
    store = store_of([call, said, call, said, call, said])
    tokens: list[int] = []
    behind = None
    for _ in range(3):
        query = ItemQuery("messages", {}, "trc_0", limit=1, cursor=behind)
        page = list_items(store, store, CALLER, query, Messages)
        tokens += [item["tokens"] for item in page.items]
        behind = page.next_cursor
    assert (tokens, behind) == ([3, 3, 3], None)
    query = ItemQuery("messages", {}, "trc_0", limit=1, offset=2)
    assert list_items(store, store, CALLER, query, Messages).items[0]["tokens"] == 3


def test_a_sub_agent_that_ends_much_later():
    start = {"type": "subagent_start", "span_id": "s", "payload": {}}
    stop = {"type": "subagent_stop", "span_id": "s", "payload": {}}
    store = store_of([start, *[OTHER] * 60, stop])
    page = list_items(store, store, CALLER, ItemQuery("subagents", {}, "trc_0", limit=1), Subagents)
    assert page.items[0]["status"] == "completed"


def test_the_last_page_does_not_look_behind_the_last_item():
    store = store_of([tool("a"), tool("b"), *[OTHER] * 30])
    first = calls_in(store, limit=1, session_id="trc_0")
    store.read.clear()
    assert spans([calls_in(store, limit=5, session_id="trc_0", cursor=first.next_cursor)]) == ["b"]
    assert max(first for _, first in store.read) <= 2 + ToolCalls.lookahead


def test_what_stands_before_a_page_by_offset_is_known_to_it():
    said = {"type": "agent_message", "payload": {"content": "a"}}
    call = {"type": "llm_call", "payload": {"model": "m", "input_tokens": 2, "output_tokens": 1}}
    store = store_of([said, call, said, OTHER], size=2)
    query = ItemQuery("messages", {}, "trc_0", limit=1, offset=1)
    assert list_items(store, store, CALLER, query, Messages).items[0]["tokens"] == 3


def test_a_forged_cursor_shows_no_other_project():
    store = store_of([tool("secret")])
    mine = replace(CALLER, project_id="proj_mine")
    position = session_items.ItemPosition(
        place="2026-03-29T00:00:00.000000Z#trc_0", trace="trc_0", total=1, exact=True, offset=0
    )
    forged = cursor.spell(position, cursor.binding_of("tool-calls", WORKSPACE, "proj_mine", None, {}))
    query = ItemQuery("tool-calls", {}, cursor=forged)
    assert list_items(store, store, mine, query, ToolCalls).items == []
