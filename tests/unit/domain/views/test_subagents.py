"""Sub-agents and how their ends find them."""

import pytest

from tests.unit.domain.views.made import made, shown
from wakeline.domain.views.room import Room
from wakeline.domain.views.subagents import Subagents


def start(span=None, **payload):
    return {"type": "subagent_start", "payload": {"agent_type": "Explore", **payload}} | (
        {"span_id": span} if span else {}
    )


def stop(span=None, **payload):
    return {"type": "subagent_stop", "payload": payload} | ({"span_id": span} if span else {})


def agents(*sent):
    return shown(Subagents("trc_1", Room()), made(*sent))


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (start("s"), stop("s")),
        (start(agent_id="a"), stop(agent_id="a")),
        (start(call_id="c"), stop(call_id="c")),
        (start("s", call_id="c"), stop("other", call_id="c")),
    ],
)
def test_an_end_finds_its_start(begin, end):
    (item,) = agents(begin, end)
    assert (item["status"], item["ended_at"], item["duration_ms"]) == ("completed", "2026-03-21T10:00:01.000Z", 1000)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "completed"),
        ({"status": "completed"}, "completed"),
        ({"status": "failed"}, "failed"),
        ({"error": "boom"}, "failed"),
        ({"status": "completed", "error": "warned"}, "completed"),
    ],
)
def test_status(said, status):
    assert agents(start("s"), stop("s", **said))[0]["status"] == status


def test_one_that_runs_and_an_end_without_start():
    (item,) = agents(stop("x"), start("s"), stop("y"))
    assert (item["status"], item["ended_at"], item["tokens"]) == ("running", None, None)
