"""Every event arrives once, in order, whatever the server does meanwhile; what cannot be kept is counted."""

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import wakeline_sdk as wakeline
from tests.sdk.fake_server import FakeServer, answering, away, lost_answer
from wakeline_sdk import spool
from wakeline_sdk.config import from_environment
from wakeline_sdk.encode import plain
from wakeline_sdk.outbox import Item


def steps(server: FakeServer, trace_id: str = "trc_1") -> list[int]:
    return [e["payload"]["n"] for e in server.events.get(trace_id, []) if e["type"] == "action"]


def act(count: int, start_at: int = 0, trace_id: str = "trc_1") -> None:
    with wakeline.trace("run", id=trace_id):
        for n in range(start_at, start_at + count):
            wakeline.action("step", n=n)


def until(condition, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.005)
    return False


def test_batches_are_bounded_and_compressed(start, server):
    start(batch_events=100)
    act(1000)
    assert wakeline.flush()
    assert steps(server) == list(range(1000))
    sent = [request for request in server.requests if request[1].endswith("/events")]
    assert 11 <= len(sent) <= 14
    assert wakeline.stats()["sent"] == 1001


@pytest.mark.parametrize("fault", [away, answering(503), answering(500), answering(429, **{"Retry-After": "0"})])
def test_a_server_that_is_away_or_busy_is_asked_again(start, server, fault):
    server.faults = [fault] * 5
    start()
    act(50)
    assert wakeline.flush()
    assert steps(server) == list(range(50))
    assert wakeline.stats()["retries"] == 5


def test_an_answer_that_is_lost_doubles_nothing(start, server):
    start(batch_events=10)
    server.faults = [lost_answer(server), lost_answer(server), answering(503), lost_answer(server)]
    act(100)
    assert wakeline.flush()
    assert steps(server) == list(range(100))


def test_several_runs_at_once_keep_their_order(start, server):
    start(batch_events=7)
    server.faults = [fault for _ in range(10) for fault in (lost_answer(server), away)]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda name: act(50, trace_id=f"trc_{name}"), "abcd"))
    assert wakeline.flush()
    for name in "abcd":
        assert steps(server, f"trc_{name}") == list(range(50))


def test_memory_is_bounded_and_the_record_says_what_it_lacks(start, server):
    server.always = away
    client = start(memory_bytes=100_000)
    with wakeline.trace("run", id="trc_1"):
        for n in range(2000):
            wakeline.action("step", n=n)
        assert client._outbox.bytes <= 100_000
        dropped = wakeline.stats()["dropped"]
        assert dropped > 1000
        server.always = None
        assert wakeline.flush()
        wakeline.action("later", n=-1)
        assert wakeline.flush()
    held = server.events["trc_1"]
    (told,) = [event for event in held if event["type"] == "metric"]
    assert told["payload"] == {"name": "wakeline_sdk.dropped_events", "value": dropped, "unit": "events"}
    assert len(steps(server)) + dropped == 2001
    assert steps(server) == [*sorted(steps(server)[:-1]), -1]


def test_what_the_server_refuses_is_counted_and_stops_nothing(start, server):
    start(batch_events=10)
    server.faults = [lambda r: None, answering(422), answering(401)]
    act(50)
    assert wakeline.flush()
    assert wakeline.stats()["rejected"] > 0
    assert wakeline.stats()["rejected"] + wakeline.stats()["sent"] == 51
    assert steps(server) == sorted(steps(server))


def test_a_batch_too_large_is_halved(start, server):
    start()
    server.faults = [lambda r: None, answering(413), answering(413)]
    act(40)
    assert wakeline.flush()
    assert steps(server) == list(range(40))


def test_a_trace_whose_description_is_refused_is_created_without(start, server):
    server.faults = [answering(422)]
    start()
    act(1)
    assert wakeline.flush()
    assert server.traces == {"trc_1": {"id": "trc_1"}}
    assert steps(server) == [0]


# -- The disk


def test_while_the_server_is_away_events_wait_on_disk(start, server, tmp_path):
    server.always = away
    client = start(spool_dir=tmp_path)
    act(500)
    assert until(lambda: len(client._outbox) == 0 and wakeline.stats()["spooled"] == 502)
    act(500, start_at=500, trace_id="trc_1")
    server.always = None
    assert wakeline.flush()
    assert steps(server) == list(range(1000))
    assert not list(tmp_path.rglob("*.jsonl"))


def test_what_a_process_leaves_the_next_one_sends(start, server, tmp_path):
    server.always = away
    start(spool_dir=tmp_path, exit_timeout=0.05)
    act(300)
    wakeline.shutdown()
    assert list(tmp_path.rglob("*.jsonl"))
    assert {oct(file.stat().st_mode & 0o777) for file in tmp_path.rglob("*.jsonl")} == {"0o600"}
    server.always = None
    start(spool_dir=tmp_path)
    act(10, trace_id="trc_2")
    assert wakeline.flush()
    assert steps(server, "trc_1") == list(range(300))
    assert steps(server, "trc_2") == list(range(10))
    wakeline.shutdown()
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_a_living_process_are_not_taken(tmp_path):
    mine, other = spool.Spool(tmp_path, 10**6), spool.Spool(tmp_path, 10**6)
    assert mine.write([Item(b"E", "trc_1", b"{}")])
    other.adopt()
    assert not other
    mine.close()
    other.adopt()
    found = other.oldest()
    assert found is not None
    assert found[1] == [Item(b"E", "trc_1", b"{}")]
    other.close()


def test_a_full_disk_leaves_events_in_memory(start, server, tmp_path, monkeypatch):
    def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(spool.Spool, "write", full)
    server.always = away
    start(spool_dir=tmp_path)
    act(300)
    assert until(lambda: wakeline.stats()["retries"] > 3)
    server.always = None
    assert wakeline.flush()
    assert steps(server) == list(range(300))
    assert wakeline.stats()["dropped"] == 0


def test_the_spool_is_bounded_too(start, server, tmp_path):
    server.always = away
    start(spool_dir=tmp_path, spool_bytes=20_000, memory_bytes=20_000, batch_events=10)
    act(2000)
    assert until(lambda: wakeline.stats()["spooled"] > 0)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.jsonl")) <= 20_000
    assert wakeline.stats()["dropped"] > 1000


# -- What is recorded


def test_the_redaction_hook_sees_all_and_fails_closed(start, server):
    def hide(event):
        if event["payload"].get("content") == "fail":
            raise KeyError("oops")
        if event["payload"].get("content") == "nothing":
            return None
        event["payload"] = {**event["payload"], "content": "***"}
        return event

    start(redact=hide)
    with wakeline.trace("run"):
        for content in ("secret", "fail", "nothing"):
            wakeline.user_message(content)
    assert wakeline.flush()
    assert [event["payload"] for event in server.all_events()[:3]] == [
        {"content": "***"},
        {"content": "", "redacted": True},
        {"content": "", "redacted": True},
    ]
    assert all(event["timestamp"] and event["idempotency_key"] for event in server.all_events())


def test_anything_can_be_recorded(start, server):
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    circle: list = []
    circle.append(circle)
    start()
    with wakeline.trace("run"):
        for value in (float("nan"), b"bytes", {1, 2}, "\ud800", circle, Broken(), object, {1: {"a": None}}, 10**400):
            wakeline.action("odd", value=value)
    assert wakeline.flush()
    assert len(server.all_events()) == 10


def test_long_texts_are_cut_and_say_so():
    assert plain("x" * 1_000_005).endswith("… (5 characters cut)")


# -- Setting it up


def test_the_environment_sets_it_up(tmp_path):
    config = from_environment({"WAKELINE_URL": "https://w/", "WAKELINE_API_KEY": "k", "XDG_STATE_HOME": str(tmp_path)})
    assert (config.url, config.api_key, config.enabled) == ("https://w", "k", True)
    assert config.spool_dir == tmp_path / "wakeline" / "spool"
    assert not from_environment({"WAKELINE_URL": "https://w"}).enabled
    off = from_environment({"WAKELINE_URL": "https://w", "WAKELINE_API_KEY": "k", "WAKELINE_ENABLED": "false"})
    assert not off.enabled
    assert from_environment({"WAKELINE_SPOOL_DIR": ""}).spool_dir is None
