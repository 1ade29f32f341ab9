"""Resumed sessions: their files begin with another session's lines, which count once."""

import json
from typing import Any

from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.caller import Caller
from wakeline.services.push import Push, Pushed, push

CALLER = Caller("ws", None, "key_1", "key", frozenset({"traces:write"}), "free")


def line(uuid: str, session: str, output: int, at: str = "2026-03-21T10:00:00Z") -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": output}
    message: dict[str, Any] = {
        "id": f"msg_{uuid}",
        "role": "assistant",
        "model": "claude-sonnet-4-20250514",
        "usage": usage,
    }
    message["content"] = [{"type": "text", "text": f"said {uuid}"}]
    return {
        "type": "assistant",
        "uuid": uuid,
        "sessionId": session,
        "requestId": f"req_{uuid}",
        "timestamp": at,
        "message": message,
    }


def text(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in lines)


def send(store: MemoryLedger, trace_id: str, data: str, caller: Caller = CALLER) -> Pushed:
    return push(store, fixed_env(), lambda *_: None, caller, [Push(trace_id, data, {})])


def output_of(store: MemoryLedger, trace_id: str) -> int:
    trace = store.head("ws", trace_id)
    assert trace is not None
    return trace.counters.get("output_tokens", 0)


def test_lines_of_the_session_before_are_not_counted_again():
    store = MemoryLedger()
    send(store, "first", text(line("a", "s1", 10), line("b", "s1", 20)))
    send(store, "second", text(line("a", "s2", 10), line("b", "s2", 20), line("c", "s2", 5)))
    assert (output_of(store, "first"), output_of(store, "second")) == (30, 5)
    second = store.head("ws", "second")
    assert second is not None
    assert second.metadata is not None
    assert second.metadata["resumed_from"] == ["first"]


def test_a_resumed_session_that_is_resumed_again_leaves_out_what_both_hold():
    store = MemoryLedger()
    send(store, "first", text(line("a", "s1", 10)))
    send(store, "second", text(line("a", "s2", 10), line("b", "s2", 20)))
    send(store, "third", text(line("a", "s3", 10), line("b", "s3", 20), line("c", "s3", 5)))
    assert output_of(store, "third") == 5


def test_a_longer_copy_of_a_resumed_session_appends_what_is_new():
    store = MemoryLedger()
    send(store, "first", text(line("a", "s1", 10)))
    send(store, "second", text(line("a", "s2", 10), line("b", "s2", 20)))
    send(store, "second", text(line("a", "s2", 10), line("b", "s2", 20), line("c", "s2", 7)))
    assert output_of(store, "second") == 27


def test_the_same_session_under_another_id_is_whole():
    store = MemoryLedger()
    data = text(line("a", "s1", 10), line("b", "s1", 20))
    send(store, "one", data)
    send(store, "other", data)
    assert output_of(store, "other") == 30


def test_a_session_of_another_workspace_or_project_takes_nothing_away():
    store = MemoryLedger()
    mine = Caller("ws", "proj_a", "key_a", "key", frozenset({"traces:write"}), "free")
    theirs = Caller("ws", "proj_b", "key_b", "key", frozenset({"traces:write"}), "free")
    send(store, "first", text(line("a", "s1", 10)), theirs)
    send(store, "second", text(line("a", "s2", 10)), mine)
    assert output_of(store, "second") == 10


def test_a_session_began_when_its_first_dated_line_says_though_the_first_push_told_no_time():
    store = MemoryLedger()
    undated = json.dumps({"type": "summary", "summary": "Rounding", "leafUuid": "a"}) + "\n"
    dated = text(line("a", "s1", 10, at="2025-06-01T08:00:00Z"))
    send(store, "grown", undated)
    before = store.head("ws", "grown")
    send(store, "grown", undated + dated)
    after = store.head("ws", "grown")
    assert before is not None
    assert after is not None
    assert (before.started_at, after.started_at) == ("2026-03-21T10:00:00.000Z", "2025-06-01T08:00:00.000Z")
