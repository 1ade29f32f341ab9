"""What a batch adds, exactly and within bounds, and that HEAD is the sum of its batches."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, batch, llm_call, make_trace, message, tool_call
from tests.fakes.env import fixed_env
from wakeline.adapters.dynamodb import traces as head_items
from wakeline.adapters.dynamodb.table import typed_item
from wakeline.domain import money
from wakeline.domain.append import build, sift
from wakeline.domain.canonical import MAX_SAFE_INTEGER
from wakeline.domain.delta import MAX_NAMES, Delta, delta_of, summed
from wakeline.domain.errors import TooLarge
from wakeline.domain.trace import MAX_BYTES, Trace, fold, new_trace

MEGABYTE = 1024 * 1024


def append(trace: Trace, *raw) -> Trace:
    env = fixed_env()
    segment, rejected = build(trace, sift(trace, batch(*raw), {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    assert rejected == []
    # By way of what is stored, as another writer would fold it in.
    stored = Delta.from_json(json.loads(json.dumps(segment.delta.to_json())))
    assert stored == segment.delta
    return fold(trace, segment, stored)


def counted(*raw) -> Delta:
    env = fixed_env()
    trace = make_trace()
    segment, _ = build(trace, sift(trace, batch(*raw), {}).new, NOON, lambda: env.new_id("evt"), env.salt)
    return delta_of(segment.events())


def test_counters():
    delta = counted(
        message("go"),
        llm_call(cache_read_tokens=3, cache_write_tokens=4),
        llm_call(cost_usd=None),
        llm_call(phase="start", cost_usd=None, input_tokens=None, output_tokens=None),
        llm_call(revision=True, input_tokens=-4, output_tokens=1, cost_usd=-0.001),
        tool_call("Bash"),
        tool_call("Bash", span_id="s") | {"payload": {"tool_name": "Bash", "phase": "end"}},
        tool_call("Read"),
        {"type": "tool_result", "payload": {"error": "no"}},
        {"type": "tool_result", "payload": {"error": None}},
        {"type": "error", "payload": {"message": "no"}},
        {"type": "file_change", "payload": {"path": "a", "action": "modified", "additions": 3, "deletions": 2}},
        {"type": "custom.a", "payload": {}},
        {"type": "custom.b", "payload": {}},
    )
    assert delta.counters == {
        "additions": 3,
        "cache_read_tokens": 3,
        "cache_write_tokens": 4,
        "deletions": 2,
        "errors": 1,
        "events": 14,
        "input_tokens": 16,
        "llm_calls": 2,
        "output_tokens": 11,
        "tool.Bash": 1,
        "tool.Read": 1,
        "tool_calls": 2,
        "tool_errors": 1,
        "type.custom": 2,
        "type.error": 1,
        "type.file_change": 1,
        "type.llm_call": 4,
        "type.tool_call": 3,
        "type.tool_result": 2,
        "type.user_message": 1,
        "unpriced_calls": 1,
    }
    assert (delta.cost, delta.prompt, delta.models) == ("0.009", "go", ["claude-opus-4-5"])


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({}, "completed"),
        ({"status": "completed"}, "completed"),
        ({"status": "success"}, "completed"),
        ({"status": "FAILED"}, "failed"),
        ({"status": "timeout"}, "failed"),
        ({"error": "no"}, "failed"),
        ({"error": {"message": "no"}, "status": "completed"}, "completed"),
    ],
)
def test_how_a_trace_ends(payload, status):
    trace = append(
        make_trace(), message(), {"type": "session_end", "payload": payload, "timestamp": "2026-03-21T13:00:00Z"}
    )
    assert (trace.status, trace.ended_at, trace.finished_at) == (status, *["2026-03-21T13:00:00.000Z"] * 2)
    assert append(trace, message()).status == status
    again = append(trace, {"type": "session_start"})
    assert (again.status, again.ended_at) == ("running", None)


@pytest.mark.parametrize("text", ["0", "hello", "  spaced \n out ", "x" * 900, "☃" * 900])
def test_the_first_prompt_stays(text):
    trace = append(make_trace(), message(text), message("second"))
    assert trace.prompt == " ".join(text.split())[:200]
    assert append(trace, message("third")).prompt == trace.prompt


@pytest.mark.parametrize("text", ["", " \n", "<command-name>x", "  <x>", "Caveat: x"])
def test_what_a_client_wrote_is_no_prompt(text):
    assert append(make_trace(), message(text), message("asked")).prompt == "asked"


def test_an_empty_title_takes_none_away():
    said = [{"type": "custom.claude_code.summary", "payload": {"title": title}} for title in ("One", " ")]
    assert append(make_trace(), *said).title == "One"
    assert append(append(make_trace(), said[0]), said[1]).title == "One"


COSTS = st.floats(-money.LARGEST, money.LARGEST, allow_nan=False) | st.sampled_from([0.1, 0.2, 5e-324, 1e9, 1e-300])


@given(st.lists(st.lists(COSTS, max_size=6), min_size=1, max_size=6))
def test_costs_are_added_exactly_however_they_are_batched(batches):
    trace = make_trace()
    for costs in batches:
        if costs:
            trace = append(trace, *(llm_call(cost_usd=cost, revision=cost < 0) for cost in costs))
    every = [cost for costs in batches for cost in costs]
    assert Fraction(trace.cost) == sum((Fraction(repr(cost)) for cost in every), Fraction(0))
    if every:
        assert (
            append(make_trace(), *(llm_call(cost_usd=cost, revision=cost < 0) for cost in reversed(every))).cost
            == trace.cost
        )


def test_money():
    assert money.spell(money.add(Decimal("0.1"), Decimal("0.2"))) == "0.3"
    assert [money.spell(Decimal(each)) for each in ("0.0", "-0.0", "1E+2", "1.500", "-0.50")] == [
        "0",
        "0",
        "100",
        "1.5",
        "-0.5",
    ]


RAW = st.sampled_from(
    [
        message("a"),
        llm_call(),
        llm_call(model="other", cost_usd=0.07, input_tokens=-3, revision=True),
        tool_call("A"),
        tool_call("B"),
        {"type": "session_start"},
        {"type": "session_end", "payload": {"status": "failed"}},
        {"type": "custom.claude_code.summary", "payload": {"title": "t"}},
        message("later", timestamp="2026-04-01T00:00:00Z"),
        message("earlier", timestamp="2026-01-01T00:00:00Z"),
    ]
)


@given(st.lists(RAW, min_size=1, max_size=12), st.integers(1, 5))
def test_head_does_not_depend_on_how_events_were_batched(raw, size):
    one, many = append(make_trace(), *raw), make_trace()
    for at in range(0, len(raw), size):
        many = append(many, *raw[at : at + size])
    assert replace(many, head_hash="", seal="", version=0) == replace(one, head_hash="", seal="", version=0)


class TestBounds:
    def item_bytes(self, trace: Trace) -> int:
        item = typed_item(head_items.to_item(trace))
        assert head_items.from_item(head_items.to_item(trace)) == trace
        return sum(len(name) + len(repr(value).encode()) for name, value in item.items())

    def test_sums_stop_where_exact_integers_do(self):
        trace = make_trace()
        for _ in range(3):
            trace = append(trace, *[llm_call(input_tokens=10**15, output_tokens=-(10**15), revision=True)] * 20)
        assert trace.counters["input_tokens"] == MAX_SAFE_INTEGER
        assert trace.counters["output_tokens"] == -MAX_SAFE_INTEGER
        assert trace.checked() == trace
        assert head_items.from_item(head_items.to_item(trace)) == trace

    @pytest.mark.parametrize("character", ["x", "\u0000", "\U0001f600", '"', "\\"])
    def test_names_of_a_megabyte_do_not_make_head_grow(self, character):
        trace = append(make_trace(), llm_call(model=character * MEGABYTE), tool_call(character * MEGABYTE))
        trace = append(trace, message(character * MEGABYTE))
        assert self.item_bytes(trace) < 10_000

    def test_inventing_names_without_end(self):
        """The worst that events can do to HEAD, after the most that its creator may say."""
        trace = make_trace(metadata={"x": "y" * (MAX_BYTES - 1500)})
        for n in range(5):
            names = [f"{n}.{m}." + "\u0000" * 200 for m in range(200)]
            trace = append(trace, *map(tool_call, names), *(llm_call(model=name) for name in names))
        assert trace.counters["tool_calls"] == 1000
        tools = {name: count for name, count in trace.counters.items() if name.startswith("tool.")}
        assert len(tools) in (MAX_NAMES, MAX_NAMES + 1)
        assert sum(tools.values()) == 1000
        assert len(trace.models) == MAX_NAMES
        assert self.item_bytes(trace) < 330 * 1024

    def test_a_creator_cannot_say_too_much(self):
        with pytest.raises(TooLarge, match="128 KB"):
            make_trace(metadata={"x": "y" * MAX_BYTES})
        with pytest.raises(TooLarge):
            new_trace("ws", "t", project_id="p", created_at=NOON, created_by="k", started_at=NOON, cwd="/" * MAX_BYTES)

    @given(st.dictionaries(st.sampled_from(["a", "tool.a", "tool.b", "b"]), st.integers(-(10**17), 10**17)))
    def test_sums_have_no_zeros_and_no_excess(self, added):
        total = summed({"a": 5, "tool.a": -5}, added)
        assert all(count and abs(count) <= MAX_SAFE_INTEGER for count in total.values())
        assert list(total) == sorted(total)
