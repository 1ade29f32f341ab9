"""Watching the feed: from any number on, narrowed, resumed, with holes told apart from what is only half committed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.env import Clock, fixed_env
from tests.unit.services.test_feed import WS, World
from wakeline.domain.feed import KEPT_S, Entry
from wakeline.services import ledger
from wakeline.services.stream import PAGE, PATIENCE, Reader, Recent, View


def reader(world, after=0, recent=None, **view):
    return Reader(world.feed, world.store, world.env, View(WS, **view), after, recent)


def read(one, looks=200):
    """Everything up to the present: (number, trace)."""
    found = []
    for _ in range(looks):
        before = one.position
        batch = one.next()
        found += [(event.number, event.trace_id) for event in batch.events]
        if batch.position == before and not batch.events:
            return found
    raise AssertionError("it goes on for ever")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(clock):
    made = World()
    made.env = fixed_env(clock)
    made.trace("a", "proj_1")
    made.trace("b", "proj_2")
    for trace, events in (("a", 2), ("b", 3), ("a", 1)):
        made.publish(made.append(trace, events))
    return made


def test_from_the_beginning(world):
    assert read(reader(world)) == [(1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "b"), (6, "a")]


def test_without_a_number_it_begins_at_the_present(world):
    live = reader(world, None)
    assert read(live) == []
    world.publish(world.append("b", 1))
    assert read(live) == [(7, "b")]


def test_a_number_to_come_is_the_present(world):
    early = reader(world, 99)
    world.publish(world.append("b", 1))
    assert read(early) == [(7, "b")]


@pytest.mark.parametrize("after", range(7))
def test_from_any_number_on(world, after):
    assert [number for number, _ in read(reader(world, after))] == list(range(after + 1, 7))


def test_filters_narrow(world):
    assert read(reader(world, project_id="proj_2")) == [(3, "b"), (4, "b"), (5, "b")]
    assert read(reader(world, session_id="a")) == [(1, "a"), (2, "a"), (6, "a")]
    assert read(reader(world, project_id="proj_2", session_id="a")) == []


def test_what_is_filtered_out_is_not_read(world):
    world.store.segment_at = None
    assert read(reader(world, session_id="nothing")) == []


def test_the_place_moves_past_what_does_not_concern(world):
    filtered = reader(world, session_id="nothing")
    read(filtered)
    assert filtered.position == 6


def test_another_workspace_sees_nothing(world):
    elsewhere = Reader(world.feed, world.store, world.env, View("ws_2"), 0)
    assert read(elsewhere) == []


def test_the_feed_alone_is_not_believed(world):
    # An entry that names another project than the trace's own HEAD does.
    world.feed.held[WS][1] = (Entry(1, 2, "a", "proj_2", 0), world.feed.held[WS][1][1])
    assert read(reader(world, project_id="proj_2")) == [(3, "b"), (4, "b"), (5, "b")]


def test_a_deleted_trace_is_not_shown(world):
    recent = Recent()
    read(reader(world, recent=recent))
    ledger.erase(world.store, world.env, world.store.head(WS, "a"), "key_1")
    assert read(reader(world, recent=recent)) == [(3, "b"), (4, "b"), (5, "b")]


def test_a_trace_whose_erasure_died_half_way_is_not_shown(world):
    world.store.delete_segment = lambda *_: None
    ledger.erase(world.store, world.env, world.store.head(WS, "a"), "key_1")
    assert read(reader(world)) == [(3, "b"), (4, "b"), (5, "b")]


def test_a_damaged_segment_does_not_end_the_stream(world):
    segment = world.store.stored[WS, "b"][0]
    object.__setattr__(segment, "body", b"nonsense")
    assert read(reader(world)) == [(1, "a"), (2, "a"), (6, "a")]


def test_a_head_that_is_a_moment_old_is_found(world):
    world.store.heads = lambda *_: {}
    assert len(read(reader(world))) == 6


def test_expired_events_are_said_to_be_missed(world, clock):
    clock.advance(seconds=KEPT_S + 1)
    world.publish(world.append("a", 1))
    late = reader(world, 2)
    assert late.next().events == ()
    clock.advance(seconds=PATIENCE.total_seconds())
    batch = late.next()
    assert ([event.number for event in batch.events], batch.missed) == ([7], True)


def test_half_of_a_transaction_is_waited_for(world, clock):
    # DynamoDB may show a Query the later item of a transaction before the earlier one.
    slow = reader(world, 2)
    hidden = world.feed.held[WS].pop(3)
    assert read(slow) == []
    clock.advance(seconds=0.5)
    world.feed.held[WS][3] = hidden
    assert [number for number, _ in read(slow)] == [3, 4, 5, 6]


def test_a_hole_further_on_ends_the_look_before_it(world):
    hidden = world.feed.held[WS].pop(3)
    early = reader(world)
    assert [number for number, _ in read(early)] == [1, 2]
    world.feed.held[WS][3] = hidden
    assert [number for number, _ in read(early)] == [3, 4, 5, 6]
    assert not early.next().missed


def test_long_feeds_are_read_page_by_page(world):
    for _ in range(PAGE + 5):
        world.publish(world.append("a", 1))
    assert [number for number, _ in read(reader(world))] == list(range(1, PAGE + 12))


def test_an_event_is_shown_as_the_api_shows_it(world):
    event = reader(world).next().events[0]
    assert event.type == "user_message"
    assert event.hook_event_name == "UserPromptSubmit"
    assert b'"trace_id":"a"' in event.json
    assert b'"integrity_hash":"sha256:' in event.json


def test_rendered_segments_are_shared_and_bounded(world):
    recent = Recent(most_bytes=6000)
    read(reader(world, recent=recent))
    world.store.segment_at = None
    kept = list(recent._held)
    assert kept
    assert recent._bytes <= 6000


@given(st.data())
def test_whoever_is_cut_off_anywhere_sees_each_event_once(data):
    world = World()
    clock = Clock(step=timedelta(milliseconds=1))
    world.env = fixed_env(clock)
    for name in ("a", "b"):
        world.trace(name)
    seen, after = [], 0
    watching = reader(world, 0)
    for _ in range(data.draw(st.integers(1, 15))):
        match data.draw(st.sampled_from(["append", "look", "cut"])):
            case "append":
                world.publish(world.append(data.draw(st.sampled_from("ab")), data.draw(st.integers(1, 3))))
            case "look":
                events = watching.next().events
                taken = events[: data.draw(st.integers(0, len(events)))]
                seen += [event.number for event in taken]
                after = seen[-1] if seen else 0
                if len(taken) < len(events):
                    watching = reader(world, after)
            case "cut":
                watching = reader(world, after)
    seen += [number for number, _ in read(watching)]
    assert seen == list(range(1, world.feed.last(WS) + 1))
