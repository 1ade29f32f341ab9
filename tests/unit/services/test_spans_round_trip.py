"""Spans in, events in the ledger, spans out: each once, with its content, in a forest whatever parents they name."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.spans import SPAN_TYPES, SpanView, tree_of
from wakeline.services import traces

CALLER = Caller("ws_1", None, "key_1", "key", frozenset({"traces:write"}), "free")
START = datetime(2026, 3, 21, tzinfo=UTC)
moments = st.integers(0, 10**9).map(lambda us: times.render(START + timedelta(microseconds=us)))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.none() | texts | st.integers(-(2**53) + 1, 2**53 - 1) | st.lists(texts, max_size=3)


@st.composite
def forests(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Spans in any order, with any parents: their own, each other's in a circle, or nobody's."""
    count = draw(st.integers(0, 12))
    spans = []
    for n in range(count):
        start, end = sorted((draw(moments), draw(moments)), key=times.sortable)
        span = {
            "id": f"s{n}",
            "span_type": draw(st.sampled_from(SPAN_TYPES)),
            "parent_id": draw(st.none() | st.sampled_from([f"s{m}" for m in range(count + 1)])),
            "name": draw(texts),
            "input": draw(values),
            "output": draw(values),
            "input_tokens": draw(st.none() | st.integers(0, 10**9)),
            "output_tokens": draw(st.none() | st.integers(0, 10**9)),
            "cost": draw(st.none() | st.floats(0, 100)),
            "started_at": start,
            "ended_at": draw(st.sampled_from([end, None])),
        }
        spans.append({name: value for name, value in span.items() if value is not None})
    return draw(st.permutations(spans))


def flat(tree: list[SpanView], parent: str | None = None) -> list[tuple[dict[str, Any], str | None]]:
    return [each for node in tree for each in ((dict(node), parent), *flat(node["children"], node["id"]))]


def circular(span_id: str, parents: dict[str, str | None]) -> bool:
    """Whether following parents from the span leads round and round."""
    seen: set[str] = set()
    at: str | None = span_id
    while at is not None and at in parents:
        if at in seen:
            return True
        seen.add(at)
        at = parents[at]
    return False


@settings(max_examples=150)
@given(forests())
def test_a_forest_comes_back(spans):
    store = MemoryLedger()
    trace, _ = traces.create_with_spans(store, fixed_env(), lambda *_: None, CALLER, {"id": "t"}, {"spans": spans})
    _, events = traces.read(store, CALLER, "t")
    found = flat(tree_of(events, "t"))
    assert sorted(span["id"] for span, _ in found) == sorted(span["id"] for span in spans)
    sent = {span["id"]: span for span in spans}
    parents = {span["id"]: span.get("parent_id") for span in spans}
    for span, parent in found:
        asked = sent[span["id"]]
        assert span["started_at"] == asked["started_at"]
        if parent is not None:
            assert parent == asked["parent_id"]
        elif asked.get("parent_id") in sent:
            assert circular(span["id"], parents)
        for name in ("input", "output", "cost"):
            assert span[name] == asked.get(name)
        for name in ("input_tokens", "output_tokens"):
            assert span[name] == asked.get(name, 0)
        if asked["span_type"] not in ("error", "tool_result"):
            results = ("output", "input_tokens", "output_tokens", "cost")
            done = asked["started_at"] if any(name in asked for name in results) else None
            assert span["ended_at"] == asked.get("ended_at", done)
    if spans:
        assert trace.started_at == min((span["started_at"] for span in spans), key=times.sortable)
    assert traces.verify(store, fixed_env(), CALLER, "t").valid
    again, created = traces.create_with_spans(
        store, fixed_env(), lambda *_: None, CALLER, {"id": "t"}, {"spans": spans}
    )
    assert (again, created) == (trace, False)
