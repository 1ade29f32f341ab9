"""What an agent's code leaves in the record."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import wakeline_sdk as wakeline
from tests.sdk.fake_server import FakeServer
from wakeline_sdk import state


def recorded(server: FakeServer) -> list[dict]:
    assert wakeline.flush()
    return server.all_events()


def shape(events: list[dict]) -> list[tuple]:
    return [(event["type"], event["payload"].get("phase")) for event in events]


def test_three_lines_record_a_run(start, server):
    start()

    @wakeline.trace
    def book(guests: int) -> str:
        wakeline.user_message("a table")
        return "booked"

    assert book(2) == "booked"
    events = recorded(server)
    assert [trace["name"] for trace in server.traces.values()] == ["book"]
    assert [event["type"] for event in events] == ["user_message", "session_end"]
    assert events[-1]["payload"] == {"status": "completed"}


def test_spans_nest_and_say_what_went_in_and_out(start, server):
    start()

    @wakeline.tool
    def search(query: str, limit: int = 3) -> list[str]:
        return [query] * limit

    with wakeline.trace("run"), wakeline.span("plan", kind="reasoning") as plan:
        search("tables", limit=2)
        plan.output = "done"
    events = recorded(server)
    assert shape(events) == [
        ("reasoning", "start"),
        ("tool_call", "start"),
        ("tool_result", "end"),
        ("reasoning", "end"),
        ("session_end", None),
    ]
    assert events[1]["parent_id"] == events[0]["span_id"] == events[3]["span_id"]
    assert events[1]["payload"]["arguments"] == {"query": "tables", "limit": 2}
    assert events[2]["payload"]["result"] == ["tables", "tables"]
    assert events[3]["payload"]["output"] == "done"


def test_a_failure_is_recorded_and_raised(start, server):
    start()

    @wakeline.trace
    def fails():
        with wakeline.span("step"):
            raise ValueError("no table")

    with pytest.raises(ValueError, match="no table"):
        fails()
    events = recorded(server)
    assert [event["type"] for event in events] == ["action", "action", "error", "session_end"]
    assert events[1]["payload"]["error"] == "ValueError: no table"
    assert events[2]["payload"]["error_type"] == "ValueError"
    assert events[3]["payload"] == {"status": "failed", "error": "ValueError: no table"}


def test_coroutines_and_their_tasks_keep_to_their_parents(start, server):
    start()

    @wakeline.span
    async def child(n: int) -> int:
        await asyncio.sleep(0)
        return n

    @wakeline.trace
    async def parent() -> list[int]:
        async with wakeline.span("both"):
            return await asyncio.gather(child(1), child(2))

    async def two_runs() -> None:
        assert list(await asyncio.gather(parent(), parent())) == [[1, 2], [1, 2]]

    asyncio.run(two_runs())
    recorded(server)
    assert len(server.traces) == 2
    for events in server.events.values():
        spans = {event["span_id"]: event for event in events if event["payload"].get("phase") == "start"}
        (both,) = [event for event in spans.values() if event["payload"]["name"] == "both"]
        children = [event for event in spans.values() if event["payload"]["name"] == "child"]
        assert [event["parent_id"] for event in children] == [both["span_id"]] * 2


def test_threads_take_their_place_along(start, server):
    start()
    with wakeline.trace("run", id="trc_threads"), wakeline.span("pool") as pool, ThreadPoolExecutor(4) as workers:
        list(workers.map(wakeline.carry(lambda n: wakeline.action(f"step {n}")), range(20)))
    steps = [event for event in recorded(server) if "step" in str(event["payload"].get("name"))]
    assert len(steps) == 20
    assert {event["parent_id"] for event in steps} == {pool.id}


def test_generators_end_when_they_are_used_up(start, server):
    start()

    @wakeline.span
    def stream():
        yield 1
        yield 2
        return 3

    with wakeline.trace("run"):
        assert list(stream()) == [1, 2]
        for _ in stream():
            break
    assert shape(recorded(server)) == [
        ("action", "start"),
        ("action", "end"),
        ("action", "start"),
        ("action", "end"),
        ("session_end", None),
    ]
    assert not [event for event in server.all_events() if event["payload"].get("error")]


def test_a_traced_function_within_another_is_an_agent_of_the_same_run(start, server):
    start()

    @wakeline.trace
    def inner() -> str:
        return "found"

    @wakeline.trace(user_goal="all of it")
    def outer() -> str:
        return inner()

    outer()
    events = recorded(server)
    assert [trace["user_goal"] for trace in server.traces.values()] == ["all of it"]
    assert [event["type"] for event in events] == ["subagent_start", "subagent_stop", "session_end"]


def test_what_happens_outside_of_any_run_is_the_processs(start, server):
    start()
    wakeline.notification("hello")
    thread = threading.Thread(target=wakeline.notification, args=("from a thread",))
    thread.start()
    thread.join()
    assert [event["payload"]["message"] for event in recorded(server)] == ["hello", "from a thread"]
    assert len(server.traces) == 1


def test_an_id_that_the_server_would_refuse_is_kept_beside_one_that_it_takes(start, server):
    start()
    with wakeline.trace(id="not an id"):
        pass
    recorded(server)
    ((trace_id, facts),) = server.traces.items()
    assert trace_id.startswith("trc_")
    assert facts["metadata"] == {"given_id": "not an id"}


def test_off_means_off(monkeypatch, server):
    monkeypatch.setattr(state, "_client", None)
    monkeypatch.setattr(state, "_off", False)
    monkeypatch.setattr(state, "_ambient", None)
    for name in ("WAKELINE_URL", "WAKELINE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    wakeline.init()

    @wakeline.trace
    def run() -> int:
        with wakeline.span("step"):
            wakeline.user_message("x")
            return 1

    assert run() == 1
    assert wakeline.flush()
    assert wakeline.stats() == {}


def test_nothing_is_raised_into_the_agent(start, server, monkeypatch):
    client = start()
    monkeypatch.setattr(client, "_put", lambda *_: 1 / 0)
    with wakeline.trace("run"), wakeline.span("step"):
        wakeline.user_message("x")
    assert wakeline.stats()["errors"] == 5
