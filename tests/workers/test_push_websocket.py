"""Pushing through the handler: from the feed's records to the management API."""

import json

from wakeline import wiring
from wakeline.services import connections
from wakeline.services.stream import View


def connect(name, after=None, **view):
    connections.connect(wiring.feed(), wiring.connections(), wiring.env(), name, View("ws_1", **view), after)


def numbers(workers, name):
    return [json.loads(each)["seq"] for each in workers.posted.get(name, [])]


def test_what_is_fed_is_pushed(workers):
    connect("c=1")
    connect("c2", project_id="proj_2")
    workers.trace("a")
    workers.append("a")
    workers.run("ReadLive")
    assert workers.run("ReadLive") == []
    assert workers.run("ReadLive") == []
    assert numbers(workers, "c=1") == [1]
    assert numbers(workers, "c2") == []


def test_a_client_that_came_is_caught_up(workers):
    workers.trace("a")
    workers.append("a")
    workers.run("ReadLive")
    seen = len(workers.records)
    connect("c1", 0)
    mine = [each for each in workers.wanted("ReadLive") if each in workers.records[seen:]]
    assert len(mine) == 1
    workers.run("ReadLive", mine)
    assert numbers(workers, "c1") == [1]


def test_its_own_writes_do_not_start_it(workers):
    connect("c1")
    workers.trace("a")
    workers.append("a")
    workers.run("ReadLive")
    before = len(workers.wanted("ReadLive"))
    workers.run("ReadLive")
    assert len(workers.wanted("ReadLive")) == before


def test_one_left_behind_starts_it_again(workers):
    connect("c1")
    workers.trace("a")
    workers.append("a")
    workers.gone.add("c1")
    workers.run("ReadLive")
    workers.gone.clear()
    again = [each for each in workers.wanted("ReadLive") if each["eventName"] == "MODIFY"]
    assert len(again) == 1
    workers.run("ReadLive", again)
    assert numbers(workers, "c1") == [1]
