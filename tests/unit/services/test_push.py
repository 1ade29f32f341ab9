"""Pushing transcripts: every line once, whatever was pushed before, at once, or died half-way."""

import json
import random
import threading
from typing import Any

import pytest

from tests.fakes.dying import Died, DyingLedger
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from tests.unit.domain.claude_code.written import REAL
from wakeline.adapters.pricing import price
from wakeline.domain.caller import Caller
from wakeline.services import traces
from wakeline.services.push import Push, Pushed, push

CALLER = Caller("ws_1", None, "key_1", "key", frozenset({"traces:write"}), "free")
PROJECTS = REAL / "projects"
NINE = [*sorted(PROJECTS.glob("episodic-*.jsonl")), *sorted(PROJECTS.glob("sniffly-*.jsonl"))]
EDGES = sorted(PROJECTS.glob("edge-*.jsonl"))
RUNS = sorted((REAL / "terminal-bench").glob("*.stream.jsonl"))
TOTALS = {
    "input_tokens": 2676,
    "output_tokens": 45_968,
    "cache_write_tokens": 3_732_099,
    "cache_read_tokens": 76_212_163,
    "llm_calls": 335,
}
COUNT = 160
"""Lines of the made-up transcript: two batches."""

real = pytest.mark.skipif(not REAL.is_dir(), reason="the real transcripts are not beside the repository")


def send(store: Any, data: str, trace_id: str = "sess", **facts: Any) -> Pushed:
    return push(store, fixed_env(), price, CALLER, [Push(trace_id, data, facts)])


def text_of(path) -> str:
    return path.read_bytes().decode(errors="replace")


def said(store: MemoryLedger, trace_id: str = "sess") -> list[Any]:
    """What the events of a trace say, without times and ids of ours; the chain is verified."""
    trace, events = traces.read(store, CALLER, trace_id)
    found = list(events)
    assert trace.event_count == len(found)
    assert traces.verify(store, fixed_env(), CALLER, trace_id).valid
    ours = {"id", "received_at"}
    return [({k: v for k, v in event.envelope.items() if k not in ours}, event.payload) for event in found]


def totals(store: MemoryLedger, *trace_ids: str) -> dict[str, int]:
    heads = [store.head("ws_1", trace_id) for trace_id in trace_ids]
    return {name: sum(head.counters.get(name, 0) for head in heads if head) for name in TOTALS}


def line(n: int, **more: Any) -> dict[str, Any]:
    """A line that makes several events: text, two tool calls, usage."""
    content: list[dict[str, Any]] = [{"type": "text", "text": f"said {n}"}]
    content += [{"type": "tool_use", "id": f"t{n}{c}", "name": "Bash", "input": {"command": c}} for c in "ab"]
    message = {
        "id": f"msg_{n}",
        "role": "assistant",
        "model": "claude-sonnet-4-20250514",
        "content": content,
        "usage": {"input_tokens": 1, "output_tokens": 10},
    }
    times = {"timestamp": f"2026-03-21T10:{n // 60 % 60:02d}:{n % 60:02d}Z"}
    return {
        "type": "assistant",
        "uuid": f"u{n}",
        "requestId": f"r{n}",
        "sessionId": "own",
        **times,
        "message": message,
    } | more


def written(count: int, start: int = 0) -> str:
    return "".join(json.dumps(line(n)) + "\n" for n in range(start, count))


@real
def test_the_nine_sessions_add_up_exactly():
    assert len(NINE) == 9
    store = MemoryLedger()
    for path in NINE:
        pushed = send(store, text_of(path), path.stem)
        assert (pushed.accepted, pushed.rejected, pushed.errors) == (1, 0, [])
    assert totals(store, *(path.stem for path in NINE)) == TOTALS


@real
@pytest.mark.parametrize("path", NINE, ids=lambda path: path.stem[:20])
def test_three_growing_prefixes_twice_and_at_once_are_the_same_events(path):
    whole = MemoryLedger()
    text = text_of(path)
    send(whole, text)
    expected = said(whole)
    grown = MemoryLedger()
    # A copy in which no line tells a time starts when it is pushed, so the shortest goes as far as the first that does.
    timed = text.find("\n", text.find('"timestamp"')) + 1
    cuts = [max(timed, len(text) * part // 3) for part in (1, 2, 3, 3)]
    for cut in cuts:
        assert send(grown, text[:cut]).rejected == 0
    assert totals(grown, "sess") == totals(whole, "sess")
    assert said(grown) == expected
    at_once = MemoryLedger()
    together(lambda: send(at_once, text), lambda: send(at_once, text), lambda: send(at_once, text[: cuts[0]]))
    assert totals(at_once, "sess") == totals(whole, "sess")
    assert said(at_once) == expected


def together(*calls: Any) -> None:
    """Run the calls in threads of their own; what they raise fails the test."""
    failures: list[BaseException] = []

    def run(call: Any) -> None:
        try:
            call()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@real
@pytest.mark.parametrize("path", EDGES, ids=lambda path: path.stem)
def test_the_edge_files_go_in_with_their_bad_lines_reported(path):
    store = MemoryLedger()
    pushed = send(store, text_of(path))
    bad = [error["line"] for error in pushed.errors]
    assert (pushed.accepted, pushed.rejected) == (1, 0)
    assert bad == ([10, 11, 13, 14, 15, 16] if path.stem == "edge-edge_cases" else [])
    assert said(store)
    before = said(store)
    assert send(store, text_of(path)).accepted == 1
    assert said(store) == before


@real
def test_all_terminal_bench_runs_go_in():
    assert len(RUNS) == 45
    store = MemoryLedger()
    for path in RUNS:
        pushed = send(store, text_of(path), path.name.split(".")[0][:128])
        assert (pushed.accepted, pushed.rejected, pushed.errors) == (1, 0, []), path.name
    assert len(store.traces) == 45
    for _, trace_id in store.traces:
        assert traces.verify(store, fixed_env(), CALLER, trace_id).valid


@pytest.fixture(scope="module")
def whole():
    """The made-up transcript of `COUNT` lines, pushed at once: what its events say."""
    store = MemoryLedger()
    assert send(store, written(COUNT)).errors == []
    return said(store)


@pytest.mark.parametrize("seed", range(5))
def test_any_growing_copies_are_the_same_events(whole, seed):
    rng, text, store = random.Random(seed), written(COUNT), MemoryLedger()
    for cut in [*sorted(rng.randrange(len(text)) for _ in range(5)), len(text)]:
        send(store, text[:cut])
    assert said(store) == whole


def test_a_shorter_copy_after_a_longer_one_adds_nothing(whole):
    store = MemoryLedger()
    send(store, written(COUNT))
    for count in (1, COUNT // 2, COUNT - 1):
        assert send(store, written(count)).errors == []
    assert said(store) == whole
    assert send(store, written(COUNT + 1)).accepted == 1
    assert len(said(store)) > len(whole)


def test_a_rewritten_copy_adds_only_lines_that_are_new(whole):
    store = MemoryLedger()
    send(store, written(COUNT))
    lines = written(COUNT).splitlines(keepends=True)
    rewritten = "".join([json.dumps(line(900)) + "\n", *lines[:100], json.dumps(line(901)) + "\n", *lines[100:]])
    send(store, rewritten)
    events = said(store)
    assert events[: len(whole)] == whole
    assert len(events) - len(whole) == 2 * (len(whole) // COUNT)
    send(store, rewritten)
    send(store, rewritten + json.dumps(line(902)) + "\n")
    assert len(said(store)) - len(whole) == 3 * (len(whole) // COUNT)
    send(store, written(COUNT))
    assert len(said(store)) - len(whole) == 3 * (len(whole) // COUNT)


def test_blank_lines_and_a_last_line_that_is_being_written(whole):
    store = MemoryLedger()
    text = written(COUNT)
    half = text.rindex("\n", 0, len(text) - 1) + 40
    pushed = send(store, text[:half])
    assert pushed.errors == []
    assert len(said(store)) < len(whole)
    send(store, text)
    assert said(store) == whole
    for blank in ("\n", "\n\n \t\n", "\r\n"):
        text += blank
        assert send(store, text).errors == []
    assert said(store) == whole
    assert send(store, text + json.dumps(line(COUNT)) + "\n").accepted == 1
    assert len(said(store)) > len(whole)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_push_that_died_anywhere_is_finished_by_pushing_again(whole, when):
    for at in range(1, 40):
        store = MemoryLedger()
        try:
            send(DyingLedger(store, at, when), written(COUNT))
        except Died:
            send(store, written(COUNT))
            assert said(store) == whole
        else:
            assert at > 3
            return
    raise AssertionError("it never ran to its end")


def test_copies_of_any_length_at_once_are_the_same_events(whole):
    store = MemoryLedger()
    text = written(COUNT)
    cuts = [len(text), len(text) // 2, len(text), len(text) // 3, len(text)]
    together(*(lambda cut=cut: send(store, text[:cut]) for cut in cuts))
    assert said(store) == whole


def test_a_bad_line_is_reported_and_the_rest_goes_in():
    store = MemoryLedger()
    data = written(2) + "no json\n[1]\n{}\n" + written(4, start=2)
    pushed = send(store, data)
    assert (pushed.accepted, pushed.rejected) == (1, 0)
    assert [error["line"] for error in pushed.errors] == [3, 4, 5]
    assert all(error["id"] == "sess" and error["reason"].startswith("line ") for error in pushed.errors)
    clean = MemoryLedger()
    send(clean, written(4))
    assert len(said(store)) == len(said(clean))


def test_very_many_bad_lines_are_not_all_told():
    pushed = send(MemoryLedger(), written(1) + "no json\n" * 100)
    assert len(pushed.errors) == 21
    assert pushed.errors[-1]["reason"] == "and 80 more bad lines"


def test_usage_that_grows_between_two_pushes_is_counted_once():
    first = line(0)
    first["message"]["usage"]["output_tokens"] = 3
    last = line(0, uuid="u0b")
    last["message"]["usage"]["output_tokens"] = 50
    store = MemoryLedger()
    early = json.dumps(first) + "\n"
    send(store, early)
    send(store, early + json.dumps(last) + "\n")
    assert totals(store, "sess")["output_tokens"] == 50
    assert totals(store, "sess")["llm_calls"] == 1


def test_facts_of_the_pusher_stand_before_the_transcripts_own():
    store = MemoryLedger()
    send(store, written(1), repo="acme/shop", author="alice", branch="mine", tags=["a"])
    trace = store.head("ws_1", "sess")
    assert trace is not None
    assert (trace.repo, trace.author, trace.branch, trace.tags) == ("acme/shop", "alice", "mine", ["a"])
    assert (trace.source, trace.tool, trace.model) == ("push", "claude-code", "claude-sonnet-4-20250514")
