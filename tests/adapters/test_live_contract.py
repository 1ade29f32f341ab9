"""One contract for the live stores, kept by fakes and DynamoDB; what the bus takes, what the stream's records say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stream_records import stream_record
from tests.factories import batch, make_trace, message
from tests.fakes.env import fixed_env
from tests.fakes.live import MemoryConnections, MemoryFeed
from wakeline.adapters.dynamodb import changes
from wakeline.adapters.dynamodb.connections import DynamoConnections
from wakeline.adapters.dynamodb.feed import DynamoFeed
from wakeline.adapters.dynamodb.ledger import DynamoLedger
from wakeline.adapters.eventbridge.bus import EventBridgeBus
from wakeline.domain.connections import Connection
from wakeline.domain.feed import KEPT_S, Appended, Entry, Mark
from wakeline.domain.outbox import events_of
from wakeline.services import ledger

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WS = "ws_1"


@pytest.fixture(params=["memory", "engine", "over_http"])
def feed(request):
    if request.param == "memory":
        return MemoryFeed()
    request.getfixturevalue(request.param)
    return DynamoFeed()


@pytest.fixture(params=["memory", "engine", "over_http"])
def clients(request):
    if request.param == "memory":
        return MemoryConnections()
    request.getfixturevalue(request.param)
    return DynamoConnections()


def put(feed, last, *entries, now=NOW, before=None):
    marks = {entry.trace_id: (before, Mark(entry.project_id, entry.last_index)) for entry in entries}
    return feed.put(WS, last, entries, marks, now)


FIRST, SECOND = Entry(1, 2, "a", "p", 0), Entry(3, 1, "b", "p", 0)


def test_an_empty_feed(feed):
    assert feed.last(WS) == 0
    assert feed.marks(WS, ["a"]) == {}
    assert feed.entries(WS, 0, 10, NOW) == []
    assert feed.entry_at(WS, 1, NOW) is None


def test_what_is_put_is_read(feed):
    assert put(feed, 0, FIRST, SECOND)
    assert feed.last(WS) == 3
    assert feed.entries(WS, 0, 10, NOW) == [FIRST, SECOND]
    assert feed.entries(WS, 1, 10, NOW) == [SECOND]
    assert feed.entries(WS, 0, 1, NOW) == [FIRST]
    assert [feed.entry_at(WS, number, NOW) for number in (1, 2, 3, 4)] == [FIRST, FIRST, SECOND, None]
    assert feed.marks(WS, ["a", "b", "c"]) == {"a": Mark("p", 1), "b": Mark("p", 0)}


def test_workspaces_are_apart(feed):
    assert put(feed, 0, FIRST)
    assert feed.last("ws_2") == 0
    assert feed.entries("ws_2", 0, 10, NOW) == []
    assert feed.marks("ws_2", ["a"]) == {}


def test_a_put_that_knows_another_end_changes_nothing(feed):
    assert put(feed, 0, FIRST)
    assert not put(feed, 0, SECOND)
    assert not put(feed, 5, replace(SECOND, first=6))
    assert (feed.last(WS), feed.marks(WS, ["b"])) == (2, {})


def test_a_put_that_knows_another_mark_changes_nothing(feed):
    assert put(feed, 0, FIRST)
    again = Entry(3, 2, "a", "p", 0)
    assert not put(feed, 2, again)
    assert not put(feed, 2, again, before=Mark("p", 5))
    assert feed.last(WS) == 2
    assert put(feed, 2, Entry(3, 2, "a", "p", 2), before=Mark("p", 1))
    assert feed.marks(WS, ["a"]) == {"a": Mark("p", 3)}


def test_entries_expire_and_the_number_does_not(feed):
    assert put(feed, 0, FIRST)
    later = NOW + timedelta(seconds=KEPT_S + 1)
    assert put(feed, 2, SECOND, now=later)
    assert feed.entries(WS, 0, 10, later) == [SECOND]
    assert feed.entry_at(WS, 1, later) is None
    assert feed.last(WS) == 3


CLIENT = Connection("c=1", WS, None, "a", 5, int(NOW.timestamp()))


def test_clients_are_found_by_their_workspace(clients):
    clients.add(CLIENT)
    clients.add(replace(CLIENT, id="c2", workspace_id="ws_2", project_id="p", session_id=None))
    assert clients.of_workspace(WS) == [CLIENT]
    clients.remove(CLIENT.id)
    clients.remove(CLIENT.id)
    assert clients.of_workspace(WS) == []
    assert len(clients.of_workspace("ws_2")) == 1


def test_one_pusher_at_a_time(clients):
    clients.add(CLIENT)
    assert clients.lease(CLIENT, "one", NOW, 60) == "mine"
    assert clients.lease(CLIENT, "two", NOW, 60) == "busy"
    assert clients.lease(CLIENT, "two", NOW + timedelta(seconds=61), 60) == "mine"
    clients.release(CLIENT, "one", 99, behind=False, stalled=0)
    assert clients.of_workspace(WS) == [CLIENT]
    clients.release(CLIENT, "two", 7, behind=False, stalled=2)
    assert clients.of_workspace(WS) == [replace(CLIENT, sent=7, stalled=2)]
    assert clients.lease(CLIENT, "three", NOW, 60) == "moved"
    clients.remove(CLIENT.id)
    assert clients.lease(CLIENT, "four", NOW, 60) == "gone"
    clients.release(CLIENT, "two", 8, behind=True, stalled=0)
    assert clients.of_workspace(WS) == []


@pytest.fixture
def records(embedded):
    """Every change of the table as its stream tells it."""
    seen: list[Any] = []
    embedded.on_change(lambda table, old, new: seen.append(stream_record(table, old, new, len(seen) + 1)))
    yield seen
    embedded.on_change(None)


def test_records_are_read(records):
    store, env = DynamoLedger(), fixed_env()
    store.create(make_trace("a"))
    ledger.append(store, env, WS, "a", batch(message("x"), {"type": "session_end", "payload": {"status": "failed"}}))
    trace = store.head(WS, "a")
    assert trace is not None
    ledger.erase(store, env, trace, "key_1")
    said = [change for record in records if (change := changes.head_change(record)) is not None]
    assert [event.type for old, new in said for event in events_of(old, new)] == [
        "trace.started",
        "trace.completed",
        "trace.deleted",
    ]
    assert all(new.seal != "broken" for _, new in said)
    assert [found for record in records if (found := changes.appended(record))] == [Appended(WS, "a", 0, 2)]


def test_who_listens_is_read_from_records(records):
    DynamoFeed().put(WS, 0, [FIRST], {"a": (None, Mark("p", 1))}, NOW)
    DynamoConnections().add(CLIENT)
    places = {changes.listening_workspace(record) for record in records}
    assert places == {WS, None}


def test_the_bus_takes_events(engine):
    trace = make_trace("a")
    events = [events_of(None, replace(trace, version=n))[0] for n in range(23)]
    assert EventBridgeBus().put(events) == []
