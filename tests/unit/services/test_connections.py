"""WebSocket clients are sent everything, in order and once, whoever dies, is slow, comes late or goes."""

import pytest

from tests.fakes.env import Clock, fixed_env
from tests.fakes.live import MemoryConnections, MemorySockets
from tests.unit.services.test_feed import WS, World
from wakeline.domain.errors import Busy
from wakeline.services import connections
from wakeline.services.connections import LAZY, LEASE_S, MAX_MESSAGE, MAX_STALLED, MOST, message
from wakeline.services.stream import Numbered, View


class Live(World):
    """A world with clients."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.env = fixed_env(self.clock)
        self.clients, self.sockets = MemoryConnections(), MemorySockets()

    def connect(self, name, after=None, **view):
        connections.connect(self.feed, self.clients, self.env, name, View(WS, **view), after)

    def deliver(self):
        connections.deliver(self.feed, self.store, self.clients, self.sockets, self.env, WS)

    def add(self, trace, events=1):
        self.publish(self.append(trace, events))


@pytest.fixture
def live():
    made = Live()
    made.trace("a", "proj_1")
    made.trace("b", "proj_2")
    return made


def test_a_client_gets_what_comes_after_it(live):
    live.add("a")
    live.connect("c1")
    live.add("a", 2)
    live.deliver()
    assert live.sockets.numbers("c1") == [2, 3]


def test_a_client_may_ask_for_what_it_missed(live):
    live.add("a", 3)
    live.connect("c1", 1)
    live.deliver()
    live.add("b")
    live.deliver()
    assert live.sockets.numbers("c1") == [2, 3, 4]


def test_a_round_that_is_run_again_sends_nothing_again(live):
    live.connect("c1")
    live.add("a", 2)
    for _ in range(3):
        live.deliver()
    assert live.sockets.numbers("c1") == [1, 2]


def test_filters_narrow(live):
    live.connect("one", project_id="proj_2")
    live.connect("two", session_id="a")
    live.add("a")
    live.add("b")
    live.deliver()
    assert (live.sockets.numbers("one"), live.sockets.numbers("two")) == ([2], [1])


def test_a_place_that_moves_past_others_events_is_written_seldom(live):
    live.connect("one", project_id="proj_2")
    live.add("a", 10)
    live.deliver()
    assert live.clients.stored["one"].sent == 0
    for _ in range(LAZY // 100 + 1):
        live.add("a", 100)
    live.deliver()
    assert live.clients.stored["one"].sent == live.feed.last(WS)


def test_another_workspace_gets_nothing(live):
    connections.connect(live.feed, live.clients, live.env, "spy", View("ws_2"), 0)
    live.add("a")
    live.deliver()
    assert live.sockets.numbers("spy") == []


def test_what_a_message_says(live):
    live.connect("c1")
    live.add("a")
    live.deliver()
    (said,) = live.sockets.got["c1"]
    assert {name: said[name] for name in ("hook_event_name", "session_id", "seq", "type")} == {
        "hook_event_name": "UserPromptSubmit",
        "session_id": "a",
        "seq": 1,
        "type": "user_message",
    }
    assert said["event"]["trace_id"] == "a"
    assert said["timestamp"] == said["event"]["timestamp"]


def test_an_event_too_long_for_a_message_says_so():
    long = b'{"id":"e","payload":{"content":"%s"},"metadata":null}' % (b"x" * MAX_MESSAGE)
    sent = message(Numbered(7, "user_message", "UserPromptSubmit", "a", "t", long))
    assert len(sent) < 1000
    assert b'"truncated": true' in sent
    assert b'"payload": null' in sent


def test_a_client_that_is_gone_is_forgotten(live):
    live.connect("c1")
    live.clock.advance(minutes=1)
    live.add("a")
    live.sockets.say["c1"] = "gone"
    live.deliver()
    assert live.clients.stored == {}


def test_a_client_still_being_connected_only_looks_gone(live):
    live.connect("c1")
    live.add("a")
    live.sockets.say["c1"] = "gone"
    live.deliver()
    assert live.clients.behind == {"c1"}
    del live.sockets.say["c1"]
    live.deliver()
    assert live.sockets.numbers("c1") == [1]


def test_a_slow_client_is_tried_again_and_in_the_end_dropped(live):
    live.connect("c1")
    live.clock.advance(minutes=1)
    live.add("a")
    live.sockets.say["c1"] = "slow"
    for _ in range(MAX_STALLED):
        live.deliver()
    assert live.clients.behind == {"c1"}
    live.deliver()
    assert (live.clients.stored, live.sockets.closed) == ({}, ["c1"])


def test_a_long_way_behind_is_gone_in_rounds(live):
    live.connect("c1", 0)
    for _ in range(MOST // 100 + 3):
        live.add("a", 100)
    live.deliver()
    assert live.clients.behind == {"c1"}
    live.deliver()
    assert live.clients.behind == set()
    assert live.sockets.numbers("c1") == list(range(1, live.feed.last(WS) + 1))


def test_two_pushers_do_not_serve_one_client(live):
    live.connect("c1")
    live.add("a")
    (client,) = live.clients.of_workspace(WS)
    assert live.clients.lease(client, "other", live.clock(), LEASE_S) == "mine"
    with pytest.raises(Busy):
        live.deliver()
    assert live.sockets.numbers("c1") == []
    live.clock.advance(seconds=LEASE_S + 1)
    live.deliver()
    assert live.sockets.numbers("c1") == [1]


def test_after_a_pusher_died_nothing_is_missing(live):
    live.connect("c1")
    live.add("a", 4)
    live.sockets.die_after = 2
    with pytest.raises(ConnectionError):
        live.deliver()
    live.sockets.die_after = None
    live.clock.advance(seconds=LEASE_S + 1)
    live.deliver()
    # What was sent before it died is sent again: its number tells.
    assert list(dict.fromkeys(live.sockets.numbers("c1"))) == [1, 2, 3, 4]


def test_a_client_that_leaves_meanwhile_is_no_failure(live):
    live.connect("c1")
    live.add("a")
    leave = live.clients.lease

    def lease(connection, *given):
        live.clients.remove(connection.id)
        return leave(connection, *given)

    live.clients.lease = lease
    live.deliver()
    assert live.sockets.numbers("c1") == []
