"""Spans of many traces in many requests: stored once, in any order, each trace for itself."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.checking import sound
from tests.factories import WORKSPACE, make_trace
from tests.fakes.audit import audit_log
from tests.fakes.dying import Died, DyingLedger
from tests.fakes.env import Clock, fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.caller import Caller
from wakeline.domain.errors import Busy, TooLarge
from wakeline.domain.otlp.span import STATUS_ERROR, Source, Span
from wakeline.domain.spans import tree_of
from wakeline.services import ledger, traces
from wakeline.services.otlp import Known, ingest

START = 1_795_000_000 * 10**9
ONE, TWO, THREE = ("a1" * 16, "b2" * 16, "c3" * 16)


def caller(project: str | None = None) -> Caller:
    return Caller(WORKSPACE, project, "key_1", "key", frozenset({"traces:write"}), "free")


def no_price(model, usage, at):
    return None


def a_cent(model, usage, at):
    return Decimal("0.01")


def span(number: int, trace: str = ONE, **said) -> Span:
    """The n-th span of a trace: 1 is the root, odd ones are tools, even ones model calls."""
    attributes = {"gen_ai.tool.name": f"tool{number}"} if number % 2 else {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": number,
    }  # fmt: skip
    given = {
        "trace_id": trace,
        "span_id": f"{number:016x}",
        "parent_id": None if number == 1 else f"{number // 2:016x}",
        "name": f"span {number}",
        "kind": 1,
        "start": START + number * 10**6,
        "end": START + 10**9 - number * 10**6,
        "attributes": {"session.id": "chat"} if number == 1 else attributes,
        "source": Source({"service.name": "api"}),
    }
    return Span(**{**given, **said})


def take(store, spans, *, env=None, known=None, who=None, price=no_price):
    return ingest(store, env or fixed_env(), price, who or caller(), spans, Known() if known is None else known)


def totals(store, trace_id: str = ONE):
    trace, events = sound(store, trace_id)
    shown = (trace.status, trace.title, trace.started_at, trace.ended_at, trace.cost, trace.counters)
    return shown, tree_of(events, trace_id)


def test_a_new_trace_costs_one_write():
    store = DyingLedger(MemoryLedger(), 0, "before")
    taken = take(store, [span(n) for n in range(1, 21)] + [span(n, TWO) for n in range(1, 21)])
    assert (taken.accepted, taken.rejected, taken.message) == (40, 0, "")
    assert store.writes == 2


def test_a_trace_says_where_it_came_from():
    store = MemoryLedger()
    take(store, [span(1), span(2)])
    trace, _ = sound(store, ONE)
    assert (trace.agent, trace.source, trace.title, trace.status) == ("api", "otlp", "span 1", "completed")
    assert trace.metadata == {"session_id": "chat", "resource": {"service.name": "api"}}
    assert trace.started_at == "2026-11-18T11:06:40.001Z"


def test_a_trace_that_is_known_is_appended_to():
    store, known = MemoryLedger(), Known()
    take(store, [span(2)], known=known)
    counting = DyingLedger(store, 0, "before")
    take(counting, [span(3)], known=known)
    assert counting.writes == 2  # the segment and HEAD, no attempt to create
    take(store, [span(4)])
    assert len(sound(store, ONE)[1]) == 1 + 2 + 1


def test_a_span_seen_before_is_skipped():
    store = MemoryLedger()
    spans = [span(n) for n in range(1, 9)]
    take(store, spans)
    before = totals(store)
    taken = take(store, [*spans, *spans])
    assert (taken.accepted, taken.rejected) == (16, 0)
    assert totals(store) == before


@pytest.mark.parametrize("count", [480, 1_300])
def test_a_long_request_that_comes_again_is_skipped_too(count):
    """More events than HEAD keeps keys of: a collector's batch of one trace, sent again after a lost answer."""
    once, again = MemoryLedger(), MemoryLedger()
    spans = [span(n) for n in range(1, count + 1)]
    take(once, spans)
    take(again, spans[:-1])
    taken = take(again, spans)
    assert (taken.accepted, taken.rejected) == (count, 0)
    take(again, spans)
    assert len(sound(again, ONE)[1]) == len(sound(once, ONE)[1])


def test_a_long_request_tells_nothing_of_a_foreign_trace():
    store = MemoryLedger()
    spans = [span(n) for n in range(1, 700)]
    take(store, spans)
    taken = take(store, spans, who=caller("other"))
    assert (taken.accepted, taken.rejected) == (0, 699)


def test_a_damaged_segment_does_not_keep_a_long_request_out():
    store = MemoryLedger()
    spans = [span(n) for n in range(1, 1_301)]
    take(store, spans)
    object.__setattr__(store.stored[WORKSPACE, ONE][500], "body", b"nonsense")
    taken = take(store, spans)
    assert (taken.accepted, taken.rejected) == (1_300, 0)


@pytest.mark.parametrize("seed", range(12))
def test_neither_order_nor_requests_change_the_tree_and_the_totals(seed):
    chance = random.Random(seed)
    spans = [span(n) for n in range(1, 31)]
    whole, parts = MemoryLedger(), MemoryLedger()
    take(whole, spans, price=a_cent)
    shuffled = [*spans, *chance.sample(spans, 10)]
    chance.shuffle(shuffled)
    while shuffled:
        count = chance.randint(1, 9)
        take(parts, shuffled[:count], price=a_cent)
        del shuffled[:count]
    assert totals(parts) == totals(whole)


def test_the_tree_shows_each_span_by_its_own_start_and_end():
    store = MemoryLedger()
    take(store, [span(n) for n in range(1, 8)])
    (root,) = totals(store)[1]
    assert (root["id"], root["span_type"], root["started_at"]) == (f"{1:016x}", "action", "2026-11-18T11:06:40.001Z")
    assert [child["id"] for child in root["children"]] == [f"{2:016x}", f"{3:016x}"]
    call, tool = root["children"]
    assert (call["span_type"], call["model"], call["input_tokens"], call["duration_ms"]) == (
        "llm_call",
        "gpt-4o",
        2,
        996,
    )
    assert (tool["span_type"], tool["name"], tool["duration_ms"]) == ("tool_call", "tool3", 994)
    assert (tool["started_at"], tool["ended_at"]) == ("2026-11-18T11:06:40.003Z", "2026-11-18T11:06:40.997Z")


@pytest.mark.parametrize("fault", [{"trace_id": "ab"}, {"trace_id": "0" * 32}, {"span_id": ""}, {"parent_id": "x"}])
def test_a_span_with_bad_ids_is_rejected_and_the_rest_goes_in(fault):
    store = MemoryLedger()
    taken = take(store, [span(1), replace(span(2), **fault), span(3)])
    assert (taken.accepted, taken.rejected) == (2, 1)
    assert "bytes" in taken.message
    assert len(sound(store, ONE)[1]) == 4


def test_deleted_and_foreign_traces_reject_their_spans_and_no_others():
    store = MemoryLedger()
    take(store, [span(1, ONE)])
    traces.delete(store, fixed_env(), audit_log(), caller(), ONE)
    store.create(make_trace(TWO, project_id="other"))
    taken = take(store, [span(2, ONE), span(2, TWO), span(3, TWO), span(2, THREE)], who=caller("mine"))
    assert (taken.accepted, taken.rejected) == (1, 3)
    assert f"2 × trace {TWO}" in taken.message
    assert sound(store, THREE)[0].project_id == "mine"
    assert sound(store, TWO)[1] == []


def test_a_busy_trace_is_told_after_the_others_went_in(monkeypatch):
    store = MemoryLedger()
    take(store, [span(1, ONE)])
    append = ledger.append

    def busy(store, env, workspace_id, trace_id, *rest):
        if trace_id == ONE:
            raise Busy("too many writers")
        return append(store, env, workspace_id, trace_id, *rest)

    monkeypatch.setattr(ledger, "append", busy)
    with pytest.raises(Busy):
        take(store, [span(2, ONE), span(1, TWO)])
    assert len(sound(store, TWO)[1]) == 2
    monkeypatch.undo()
    assert take(store, [span(2, ONE), span(1, TWO)]).accepted == 2
    assert len(sound(store, TWO)[1]) == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_request_whose_writer_died_is_finished_by_the_next(at, when):
    store, known = MemoryLedger(), Known()
    take(store, [span(1, ONE)], known=known)
    spans = [span(n, trace) for trace in (TWO, ONE, THREE) for n in range(1, 6)]
    with pytest.raises(Died):
        take(DyingLedger(store, at, when), spans, known=known)
    assert take(store, spans).rejected == 0
    for trace in (ONE, TWO, THREE):
        assert len(sound(store, trace)[1]) == 1 + 2 * 2 + 2 + 1


def test_more_spans_than_a_segment_holds():
    store = MemoryLedger()
    assert take(store, [span(n) for n in range(1, 900)]).accepted == 899
    trace, events = sound(store, ONE)
    assert trace.counters["llm_calls"] == 449
    assert len(events) == 1 + 1 + 449 + 2 * 449


def test_content_that_has_no_room_rejects_its_span():
    store = MemoryLedger()
    controls = {"gen_ai.request.model": "m", "gen_ai.prompt": "\x00" * 9_000_000}
    taken = take(store, [span(1), span(2, attributes=controls)])
    assert (taken.accepted, taken.rejected) == (1, 1)
    assert "MB" in taken.message


def test_a_failed_root_fails_its_trace():
    store = MemoryLedger()
    take(store, [span(2), span(1, status=STATUS_ERROR)])
    assert sound(store, ONE)[0].status == "failed"


def test_no_spans():
    taken = take(MemoryLedger(), [])
    assert (taken.accepted, taken.rejected, taken.message) == (0, 0, "")


def test_the_hint_is_bounded(monkeypatch):
    monkeypatch.setattr("wakeline.services.otlp.MAX_KNOWN", 2)
    known = Known()
    for name in ("a", "b", "c"):
        known.add(("ws", name))
    assert [("ws", name) in known for name in ("a", "b", "c")] == [False, True, True]


def test_a_request_ends_in_time_and_the_next_goes_on():
    store, clock = MemoryLedger(), Clock(step=timedelta(seconds=4))
    spans = [span(1, f"{number:032x}") for number in range(1, 9)]
    with pytest.raises(Busy):
        take(store, spans, env=fixed_env(clock))
    assert 0 < store.count(WORKSPACE, None) < len(spans)
    assert take(store, spans).accepted == len(spans)
    assert store.count(WORKSPACE, None) == len(spans)


def test_too_many_spans(monkeypatch):
    monkeypatch.setattr("wakeline.services.otlp.MAX_SPANS", 3)
    with pytest.raises(TooLarge):
        take(MemoryLedger(), [span(n) for n in range(1, 5)])
