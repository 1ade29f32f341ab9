"""Pages of events: bounded in number, in bytes and in what is looked at."""

from typing import Any

import pytest

from tests.factories import batch, make_trace, message, tool_call
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.events import Event
from wakeline.services import ledger
from wakeline.services.pages import MAX_PAGE_BYTES, event_page


def events(*raw: dict[str, Any]) -> list[Event]:
    store = MemoryLedger()
    trace = make_trace()
    store.create(trace)
    trace = ledger.append(store, fixed_env(), trace.workspace_id, trace.id, batch(*raw)).trace
    return list(ledger.read_events(store, trace))


def page(found, limit=10, **said):
    return event_page(iter(found), lambda event: {"n": event.index, **event.body}, limit, **said)


def numbers(of):
    return [event["n"] for event in of.events]


@pytest.mark.parametrize(
    ("limit", "expected", "following"),
    [(1, [0], 1), (4, [0, 1, 2, 3], 4), (5, list(range(5)), None), (9, list(range(5)), None)],
)
def test_so_many_events_and_where_to_go_on(limit, expected, following):
    found = page(events(*(message(str(n)) for n in range(5))), limit)
    assert (numbers(found), found.next_index) == (expected, following)


def test_nothing_is_a_page_without_a_next_one():
    found = page([])
    assert (found.events, found.next_index) == ([], None)


def test_one_type_of_event():
    found = events(message("a"), tool_call(), message("b"), tool_call(), message("c"))
    assert numbers(page(found, event_type="tool_call")) == [1, 3]
    cut = page(found, 1, event_type="tool_call")
    assert (numbers(cut), cut.next_index) == ([1], 2)


def test_no_more_is_looked_at_than_was_said():
    found = events(*(message(str(n)) for n in range(10)), tool_call())
    short = page(found, event_type="tool_call", max_read=4)
    assert (short.events, short.next_index) == ([], 4)


def test_a_page_ends_before_it_is_too_large():
    found = events(*(message(str(n) + "x" * (MAX_PAGE_BYTES // 3)) for n in range(4)))
    first = page(found)
    assert (numbers(first), first.next_index) == ([0, 1], 2)


def test_an_event_over_the_bound_makes_a_page_of_its_own():
    found = events(message("a"), message("x" * (MAX_PAGE_BYTES + 1)), message("b"))
    assert (numbers(page(found)), page(found).next_index) == ([0], 1)
    assert (numbers(page(found[1:])), page(found[1:]).next_index) == ([1], 2)
